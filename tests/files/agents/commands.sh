pip install "prefect[dask]==2.19.2"
API_TOKEN=hush-hush prefect deployment apply commands.yaml
prefect deployment build flows.py:load_orders -n nightly -l 3 --apply
prefect deployment build flows.py:load_orders -n "$NAME" --apply
prefect deployment set-schedule load-orders/nightly --cron "0 6 * * *"
prefect agent start -q fast
helm install agent prefect/prefect-agent
docker pull prefecthq/prefect:2.19.2-python3.11
prefect orion start --port 4200
prefect deployment build flows.py:load_orders -n built -ib docker-container/prod -a
prefect agent start -q fast --prefetch-seconds 30 --api http://127.0.0.1:4200/api
prefect agent start -t daily
prefect deployment pause-schedule load-orders/nightly
prefect deployment ls
