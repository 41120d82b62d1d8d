"""The web page where readers correct labels: store, access, pages, and exchange with other tools."""
