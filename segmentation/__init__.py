"""Volume to mask, spine curve and named levels."""
