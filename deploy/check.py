#!/usr/bin/env python3
"""Checks the files of this folder against each other, with promtool, and against the metrics of a server.

    python3 deploy/check.py [--metrics FILE]     FILE: what /metrics answered; without it, the names in the sources count
    python3 deploy/check.py --rule-object        the alerts as an object of the Prometheus operator, on standard output

Needs promtool (Debian package prometheus) and PyYAML (python3-yaml). Where they are installed, systemd-analyze, kubectl
(for kustomize alone: no cluster is asked) and the Python package kubernetes-validate check their files too.
Exit code 1 with a line for each finding.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

DEPLOY = pathlib.Path(__file__).resolve().parent
SOURCES = DEPLOY.parent / "Sources"
ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
ADAPTER = DEPLOY / "kubernetes" / "replicas" / "prometheus-adapter-rules.yaml"
DASHBOARD = DEPLOY / "grafana" / "rag.json"

# What Prometheus itself adds.
TARGET_LABELS = {"job", "instance", "namespace", "pod", "le", "__name__"}
TARGET_METRICS = {"up", "ALERTS"}
# What Grafana puts in, with a value that the parser takes.
GRAFANA = {"$__rate_interval": "5m", "$__interval": "1m", "$__range": "6h"}

findings = []


def find(place, text):
    findings.append(f"{place}: {text}")


class StrictLoader(yaml.SafeLoader):
    """Refuses a key that is there twice."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(None, None, f"'{key}' is there twice", node.start_mark)
        return super().construct_mapping(node, deep)


def load_yaml(path):
    try:
        return [part for part in yaml.load_all(path.read_text(encoding="utf-8"), StrictLoader) if part is not None]
    except yaml.YAMLError as error:
        find(path.relative_to(DEPLOY), " ".join(str(error).split()))
        return []


# Expressions


def dashboard_expressions(dashboard):
    """(place, expression as written) of panels, annotations and variables."""

    def panels(all_panels):
        for panel in all_panels:
            yield panel
            yield from panels(panel.get("panels", []))

    for panel in panels(dashboard["panels"]):
        for target in panel.get("targets", []):
            yield f"dashboard, '{panel['title']}' {target['refId']}", target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        if "expr" in annotation:
            yield f"dashboard, annotation '{annotation['name']}'", annotation["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            match = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["definition"])
            if match:
                yield f"dashboard, variable '{variable['name']}'", f"count by ({match[2]}) ({match[1]})"
            else:
                find("dashboard", f"variable '{variable['name']}' is not understood: {variable['definition']}")


def without_variables(place, expression, variables):
    for name, value in GRAFANA.items():
        expression = expression.replace(name, value)
    for name in re.findall(r"\$\{?(\w+)", expression):
        if name not in variables:
            find(place, f"there is no variable ${name}")
    return re.sub(r"\$\{?(\w+)\}?", ".*", expression)


def adapter_expressions(rules):
    for number, rule in enumerate(rules.get("rules", []), 1):
        place = f"adapter rule {number}"
        yield place + ", seriesQuery", rule["seriesQuery"]
        name = rule["seriesQuery"].split("{")[0]
        query = rule["metricsQuery"]
        for template, value in (("<<.Series>>", name), ("<<.LabelMatchers>>", 'namespace="a",pod=~"b|c"'), ("<<.GroupBy>>", "pod")):
            if template not in query:
                find(place, f"{template} is not in metricsQuery")
            query = query.replace(template, value)
        yield place + ", metricsQuery", query


STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
KEYWORDS = {
    "and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool", "inf", "nan"
}


def uses(expression):
    """Names of metrics with the labels that are matched on them, and labels that are grouped by."""
    text = STRING.sub('""', expression)
    grouped = set()

    def group(match):
        grouped.update(label.strip() for label in match[1].split(",") if label.strip())
        return " "

    text = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)", group, text)
    metrics = {}
    for match in re.finditer(r"(?<![\w.:])([A-Za-z_:][\w:]*)\s*(\{[^}]*\})?(?!\s*\()", re.sub(r"\[[^\]]*\]", " ", text)):
        name = match[1]
        # Backtracking may cut a function's name short of its parenthesis.
        if name.lower() in KEYWORDS or re.match(r"[\w:]", match.string[match.end(1):match.end(1) + 1]):
            continue
        if re.match(r"\s*\(", match.string[match.end(1):]):
            continue
        labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", match[2] or ""))
        metrics.setdefault(name, set()).update(labels)
    return metrics, grouped


def known_metrics(path):
    """Name of each metric with the labels of its series; `None` where none were seen."""
    known = {}
    kinds = {}
    if path:
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            if line.startswith("# TYPE "):
                kinds[line.split()[2]] = line.split()[3]
            elif line and not line.startswith("#"):
                match = re.match(r"([A-Za-z_:][\w:]*)(?:\{(.*)\})? ", line)
                if match:
                    labels = set(re.findall(r'(\w+)=', STRING.sub('', match[2] or "")))
                    known[match[1]] = (known.get(match[1]) or set()) | labels
    else:
        source = SOURCES / "HTTPService" / "Telemetry" / "ServiceMetrics.swift"
        if not source.exists():
            return None
        kinds = dict(re.findall(r'\.init\(\s*"(\w+)",\s*\.(\w+)', source.read_text(encoding="utf-8")))
    for name, kind in kinds.items():
        for suffix in ("_bucket", "_sum", "_count") if kind == "histogram" else ("",):
            known.setdefault(name + suffix, None)
    if not known:
        find(path or "sources", "no metrics are in it")
    return known


def check_names(expressions, recorded, known):
    seen = set()
    for place, expression in expressions:
        metrics, grouped = uses(expression)
        seen |= set(metrics)
        labels_of_all = set()
        complete = True
        for name, labels in metrics.items():
            if name in TARGET_METRICS:
                labels_of_all |= {"alertname", "severity"}
                continue
            if name in recorded:
                complete = False
                continue
            if name not in known:
                find(place, f"the server has no metric {name}")
                continue
            has = known[name]
            if has is None:
                complete = False
                continue
            labels_of_all |= has
            for label in sorted(labels - has - TARGET_LABELS):
                find(place, f"{name} has no label {label}")
        if complete:
            for label in sorted(grouped - labels_of_all - TARGET_LABELS):
                find(place, f"no metric of it has the label {label}")
    return seen


# Tools


def run(command, place, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    output = (done.stdout + done.stderr).strip()
    if done.returncode != 0:
        find(place, f"{' '.join(command[:3])} ended with {done.returncode}: {output}")
    return done.returncode == 0, done.stdout


def check_with_promtool(expressions):
    if not shutil.which("promtool"):
        find("promtool", "it is not installed; it is in the Debian package prometheus")
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        rules = [{"record": f"check:expression:{number}", "expr": text} for number, (_, text) in enumerate(expressions)]
        (folder / "expressions.yaml").write_text(yaml.safe_dump({"groups": [{"name": "expressions", "rules": rules}]}))
        good, _ = run(["promtool", "check", "rules", str(folder / "expressions.yaml")], "expressions")
        if not good:
            for number, (place, text) in enumerate(expressions):
                (folder / "one.yaml").write_text(yaml.safe_dump({"groups": [{"name": "one", "rules": [rules[number]]}]}))
                if subprocess.run(["promtool", "check", "rules", str(folder / "one.yaml")], capture_output=True).returncode:
                    find(place, f"does not parse: {text}")
        for name in ("alerts.yaml", "alerts_test.yaml", "prometheus.yaml"):
            shutil.copy(DEPLOY / "prometheus" / name, folder)
        # The key that the example names.
        (folder / "rag-key").write_text("rag_key")
        run(["promtool", "check", "config", str(folder / "prometheus.yaml")], "prometheus.yaml")
        run(["promtool", "test", "rules", str(folder / "alerts_test.yaml")], "alerts_test.yaml")
    print(f"promtool: {len(expressions)} expressions, alerts, their tests, the example configuration")


def check_alerts(groups, tests):
    alerts = [rule for group in groups for rule in group["rules"] if "alert" in rule]
    tested = tests.read_text(encoding="utf-8")
    for alert in alerts:
        name = alert["alert"]
        if alert.get("labels", {}).get("severity") not in ("critical", "warning"):
            find(name, "its severity is neither critical nor warning")
        for part in ("summary", "description"):
            if not alert.get("annotations", {}).get(part):
                find(name, f"it has no {part}")
        # "RagLatencyBudget.*" stands for both.
        if not re.search(name + r"\b", tested):
            find(name, "alerts_test.yaml does not test it")
    print(f"alerts: {len(alerts)}, each with severity, summary, description and tests")


def check_dashboard(dashboard):
    panels = dashboard["panels"]
    ids = [panel["id"] for panel in panels]
    if len(set(ids)) != len(ids):
        find("dashboard", "an id is there twice")
    places = [(panel["title"], panel["gridPos"]) for panel in panels]
    for index, (title, a) in enumerate(places):
        if a["x"] + a["w"] > 24:
            find("dashboard", f"'{title}' is wider than the page")
        for other, b in places[index + 1:]:
            if a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]:
                find("dashboard", f"'{title}' and '{other}' overlap")
    for panel in panels:
        for part in [panel] + panel.get("targets", []):
            if panel["type"] != "row" and part.get("datasource", {}).get("uid") != "${datasource}":
                find("dashboard", f"'{panel['title']}' does not take the data source that is chosen")
    print(f"dashboard: {sum(panel['type'] != 'row' for panel in panels)} panels")


def check_kubernetes():
    folder = DEPLOY / "kubernetes"
    objects = []
    for path in sorted(folder.rglob("*.yaml")):
        for part in load_yaml(path):
            if path.name in ("rag.yaml", ADAPTER.name, "deployment-patch.yaml"):
                continue
            if not part.get("apiVersion") or not part.get("kind"):
                find(path.relative_to(DEPLOY), "it is no object: apiVersion or kind is missing")
            objects.append((path.relative_to(DEPLOY), part))
    deployment = next(part for _, part in objects if part["kind"] == "Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"].items()
    ports = {port["name"] for port in deployment["spec"]["template"]["spec"]["containers"][0]["ports"]}
    for path, part in objects:
        spec = part.get("spec", {})
        selector = {
            "Deployment": lambda: spec["selector"]["matchLabels"], "Service": lambda: spec["selector"],
            "PodDisruptionBudget": lambda: spec["selector"]["matchLabels"],
            "NetworkPolicy": lambda: spec["podSelector"]["matchLabels"],
        }.get(part["kind"])
        if selector and not selector().items() <= labels:
            find(path, "it selects other pods than those of the deployment")
        if part["kind"] == "Service" and not {port["targetPort"] for port in spec["ports"]} <= ports:
            find(path, "the container has no such port")
        if part["kind"] == "HorizontalPodAutoscaler" and spec["scaleTargetRef"]["name"] != deployment["metadata"]["name"]:
            find(path, "it scales something else")
    service = next(part for _, part in objects if part["kind"] == "Service")
    monitor = next(part for _, part in objects if part["kind"] == "ServiceMonitor")
    if not monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items():
        find("servicemonitor.yaml", "it selects other services than ours")
    print(f"kubernetes: {len(objects)} objects")
    built = ""
    if shutil.which("kubectl"):
        for name in ("base", "replicas"):
            good, output = run(["kubectl", "kustomize", str(folder / name)], f"kubernetes/{name}")
            built += output + "\n---\n"
        print("kubectl kustomize: base, replicas")
    try:
        import kubernetes_validate
    except ImportError:
        return
    known = [part for _, part in objects if part["kind"] not in ("Kustomization", "ServiceMonitor")]
    known += [part for part in yaml.safe_load_all(built) if part]
    for part in known:
        try:
            kubernetes_validate.validate(part, kubernetes_validate.latest_version(), strict=True)
        except Exception as error:  # its errors have no common ancestor
            find(f"kubernetes {part['kind']}", " ".join(str(error).split())[:300])
    print(f"kubernetes-validate {kubernetes_validate.latest_version()}, strict: {len(known)} objects")


def check_systemd():
    if not shutil.which("systemd-analyze"):
        return
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        units = root / "etc" / "systemd" / "system"
        shutil.copytree(DEPLOY / "systemd" / "rag.service.d", units / "rag.service.d")
        shutil.copy(DEPLOY / "systemd" / "rag.service", units)
        if pathlib.Path("/usr/lib/systemd/system").is_dir():
            shutil.copytree("/usr/lib/systemd/system", root / "usr/lib/systemd/system", symlinks=True)
        binary = root / "usr" / "local" / "bin" / "rag"
        binary.parent.mkdir(parents=True)
        binary.write_text("#!/bin/sh\n")
        binary.chmod(0o755)
        # An unknown setting is a complaint, and no failure.
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", f"--root={root}", "rag.service"], capture_output=True, text=True)
        for line in (done.stdout + done.stderr).splitlines():
            if done.returncode or "rag.service" in line:
                find("rag.service", line)
        print("systemd-analyze verify: rag.service with its drop-ins")


def check_schedule():
    """The examples in schedule/: units, the cron table, the Airflow file, the Kubernetes job."""
    folder = DEPLOY / "schedule"
    if shutil.which("systemd-analyze"):
        with tempfile.TemporaryDirectory() as name:
            units = pathlib.Path(name)
            for unit in ("rag-drift.service", "rag-drift.timer"):
                text = (folder / unit).read_text(encoding="utf-8")
                # The program is not installed here: any that is stands for it.
                (units / unit).write_text(text.replace("/usr/local/bin/rag", "/bin/true"), encoding="utf-8")
            result = subprocess.run(
                ["systemd-analyze", "verify", "--man=no", str(units / "rag-drift.service"), str(units / "rag-drift.timer")],
                capture_output=True, text=True)
            for line in (result.stdout + result.stderr).splitlines():
                if "rag-drift" in line:
                    find("schedule", line)
            print("systemd-analyze verify: rag-drift.service, rag-drift.timer")
    for line in (folder / "crontab").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#") or re.fullmatch(r"[A-Z_]+=.*", line):
            continue
        if not re.fullmatch(r"([\d*/,-]+\s+){5}[a-z_][\w-]*\s+/\S.*", line) or "%" in line:
            find("schedule/crontab", f"is no line of a system's cron table: {line}")
    try:
        compile((folder / "airflow_drift.py").read_text(encoding="utf-8"), "airflow_drift.py", "exec")
    except SyntaxError as error:
        find("schedule/airflow_drift.py", str(error))
    jobs = load_yaml(folder / "cronjob.yaml")
    if [job.get("kind") for job in jobs] != ["CronJob"]:
        find("schedule/cronjob.yaml", "is no CronJob")
    claims = {
        part["metadata"]["name"] for part in load_yaml(DEPLOY / "kubernetes" / "base" / "storage.yaml")
        if part["kind"] == "PersistentVolumeClaim"}
    for job in jobs:
        for volume in job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["volumes"]:
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            if claim not in claims:
                find("schedule/cronjob.yaml", f"there is no claim {claim}")
    try:
        import kubernetes_validate
    except ImportError:
        return
    for job in jobs:
        try:
            kubernetes_validate.validate(job, "1.29", strict=True)
        except kubernetes_validate.ValidationError as error:
            find("schedule/cronjob.yaml", error.message)


def check_settings():
    """Settings in the examples are ones that the server reads."""
    source = SOURCES / "rag" / "Configuration" / "ConfigurationFile.swift"
    if not source.exists():
        return
    known = set()
    for block in re.findall(r"enum CodingKeys[^{]*\{(.*?)\}", source.read_text(encoding="utf-8"), re.S):
        for line in block.splitlines():
            line = line.strip().removeprefix("case ")
            known.update([line.split('"')[1]] if '"' in line else [name.strip() for name in line.split(",")])
    paths = sorted(DEPLOY.rglob("rag.yaml"))
    for path in paths:
        # Lines that are commented out are examples too: those that look like settings.
        text = re.sub(r"(?m)^# ?(?=( *)[a-z_]+:( |$))", "", path.read_text(encoding="utf-8"))
        try:
            parts = yaml.load(text, StrictLoader)
        except yaml.YAMLError as error:
            find(path.relative_to(DEPLOY), " ".join(str(error).split()))
            continue
        for key, value in parts.items():
            for name in [key] + list(value if isinstance(value, dict) else []):
                if name not in known:
                    find(path.relative_to(DEPLOY), f"'{name}' is not a setting")
    print(f"rag.yaml: {len(paths)} examples")


def main():
    parser = argparse.ArgumentParser(description="Checks the files for operation.")
    parser.add_argument("--metrics", metavar="FILE", help="what /metrics answered")
    parser.add_argument("--rule-object", action="store_true", help="print the alerts as a PrometheusRule")
    options = parser.parse_args()

    groups = load_yaml(ALERTS)[0]["groups"]
    if options.rule_object:
        metadata = {"name": "rag", "namespace": "rag", "labels": {"app.kubernetes.io/name": "rag"}}
        yaml.safe_dump(
            {"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": metadata, "spec": {"groups": groups}},
            sys.stdout, sort_keys=False, width=120, allow_unicode=True)
        return 0

    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    variables = {variable["name"] for variable in dashboard["templating"]["list"]}
    expressions = [
        (place, without_variables(place, text, variables)) for place, text in dashboard_expressions(dashboard)
    ]
    recorded = {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}
    expressions += [
        (f"alerts.yaml, {rule.get('alert') or rule['record']}", rule["expr"]) for group in groups for rule in group["rules"]
    ]
    expressions += list(adapter_expressions(load_yaml(ADAPTER)[0]))

    known = known_metrics(options.metrics)
    if known is None:
        print("metrics: not compared; there are neither --metrics nor the sources")
    else:
        seen = check_names(expressions, recorded, known)
        unused = sorted(
            name for name in {re.sub(r"_(bucket|sum|count)$", "", name) for name in known}
            if not any(use == name or use.startswith(name + "_") for use in seen))
        print(f"metrics: {len(known)} names known, {len(seen)} used"
              + (f"; on no panel and in no alert: {', '.join(unused)}" if unused else ""))
    check_with_promtool(expressions)
    check_alerts(groups, DEPLOY / "prometheus" / "alerts_test.yaml")
    check_dashboard(dashboard)
    load_yaml(DEPLOY / "docker" / "compose.yaml")
    check_kubernetes()
    check_systemd()
    check_schedule()
    check_settings()
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
