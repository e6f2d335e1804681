"""A day's check of a collection against its baseline, for Airflow 2.4 and newer (and 3, with the standard provider).

Exit code 10 (drift) fails the task; 12 (too little data) skips it; 11 (a warning) passes.
"""

import datetime

from airflow import DAG

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:
    from airflow.operators.bash import BashOperator

with DAG(
    dag_id="rag_drift",
    schedule="10 0 * * *",
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
    catchup=False,
    max_active_runs=1,
    tags=["rag"],
):
    BashOperator(
        task_id="check",
        bash_command="rag drift check --collection main --json; code=$?; [ $code -eq 11 ] && exit 0; exit $code",
        env={"RAG_HOME": "/var/lib/rag", "RAG_CONFIG": "/etc/rag/rag.yaml"},
        append_env=True,
        skip_on_exit_code=12,
    )
