#!/bin/bash
# Train the grader on several nodes, a process a GPU.
#
#   sbatch --nodes 2 --gpus-per-node 4 experiments/slurm/train_grading.sh experiments/configs/grading.yaml DATASET RUN
#
# What stands behind these three is handed on to `deepspine train grading`. A job that runs into its time limit is told
# so two minutes before (Lightning then saves and queues the job again); started by hand it goes on with
# --ckpt_path last. The batch size of the config is that of one process: two nodes of four GPUs see eight times as much.
#SBATCH --job-name=deepspine-grading
#SBATCH --nodes=2
#SBATCH --gpus-per-node=4
#SBATCH --ntasks-per-node=4
#SBATCH --cpus-per-task=8
#SBATCH --mem-per-cpu=4G
#SBATCH --time=08:00:00
#SBATCH --signal=SIGUSR1@120
#SBATCH --requeue
#SBATCH --output=%x-%j.log

set -euo pipefail

if (($# < 3)); then
  echo "usage: sbatch $0 CONFIG DATASET RUN [--KEY VALUE ...]" >&2
  exit 2
fi
config=$1 dataset=$2 run=$3
shift 3

# One thread a process for torch: loaders are processes of their own.
export OMP_NUM_THREADS=1

# Lightning reads nodes and ranks from Slurm; the numbers must be those that srun starts.
srun --kill-on-bad-exit=1 deepspine train grading \
  --config "$config" \
  --data.dataset "$dataset" \
  --data.workers "$((SLURM_CPUS_PER_TASK - 1))" \
  --trainer.default_root_dir "$run" \
  --trainer.num_nodes "$SLURM_JOB_NUM_NODES" \
  --trainer.devices "$SLURM_NTASKS_PER_NODE" \
  --trainer.accelerator gpu \
  --trainer.strategy ddp_find_unused_parameters_true \
  --trainer.precision bf16-mixed \
  "$@"
