#!/bin/sh
# Deploys everything, and starts the agent of this machine.
set -e
prefect deployment apply deployments/load-deployment.yaml deployments/report-deployment.yaml
prefect agent start -q loads -q default --limit 5
