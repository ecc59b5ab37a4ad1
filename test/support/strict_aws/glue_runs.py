"""Runs of a Glue job in a VPC: an interface for each worker, which outlives the run, and stops that take time."""

from typing import Any

from ministack.services import ec2, glue, iam

from strict_aws import clock, interfaces
from strict_aws.knobs import knob
from strict_aws.support import later, physical_id, witness

Run = dict[str, Any]

_update_job = glue._update_job

ACTIVE = ("STARTING", "RUNNING", "STOPPING", "WAITING")
STOPPABLE = ("STARTING", "RUNNING", "WAITING")
MAX_STOPS_PER_CALL = 25
PAGE = 200

# They outlive their job: a run keeps its interfaces when the job is deleted under it.
ALL_RUNS: list[Run] = []

# Buckets that were emptied while a run was still writing to them.
WRITTEN_AFTER_EMPTYING: set[str] = set()


def is_any_active() -> bool:
    return any(run["JobRunState"] in ACTIVE for run in ALL_RUNS)


def note_emptying(buckets: list[str]) -> None:
    """The job writes as long as a run is active, so it fills again what was emptied too early."""
    if is_any_active():
        WRITTEN_AFTER_EMPTYING.update(buckets)


def start(request: dict[str, Any]) -> Any:
    name = request["JobName"]
    job = glue._jobs.get(name)
    if not job:
        return glue.error_response_json("EntityNotFoundException", f"Job with name: {name} not found", 400)
    runs = glue._job_runs.get(name)
    if runs is None:
        glue._job_runs[name] = []
        runs = glue._job_runs[name]
    limit = int((job.get("ExecutionProperty") or {}).get("MaxConcurrentRuns", 1))
    if sum(run["JobRunState"] in ACTIVE for run in runs) >= limit:
        return glue.error_response_json("ConcurrentRunsExceededException", f"Concurrent runs exceeded for {name}", 400)
    run = _new_run(name, job, request)
    runs.insert(0, run)
    ALL_RUNS.append(run)
    problem = _network_problem(job)
    if problem:
        run.update(JobRunState="FAILED", ErrorMessage=problem)
    else:
        _begin(run, job)
    return glue.json_response({"JobRunId": run["Id"]})


def _new_run(name: str, job: dict[str, Any], request: dict[str, Any]) -> Run:
    now = clock.now()
    return {
        "Id": physical_id("jr_"),
        "JobName": name,
        "StartedOn": now,
        "LastModifiedOn": now,
        "JobRunState": "RUNNING",
        "Attempt": 0,
        "Arguments": {**job.get("DefaultArguments", {}), **request.get("Arguments", {})},
        "_interfaces": [],
        "_role": str(job.get("Role")),
    }


def _begin(run: Run, job: dict[str, Any]) -> None:
    for place in _places(job):
        for _ in range(int(job.get("NumberOfWorkers", 2))):
            description = f"Attached to Glue using role: {run['_role']}"
            run["_interfaces"].append(interfaces.attach(place["SubnetId"], place["SecurityGroupIdList"], description))
    if run["Arguments"].get("--mode") == "drain":
        later(knob("drain_seconds"), lambda: _end(run, "SUCCEEDED"))


def _places(job: dict[str, Any]) -> list[dict[str, Any]]:
    """Subnet and security groups of each of the job's connections."""
    names = (job.get("Connections") or {}).get("Connections", [])
    return [glue._connections[name]["PhysicalConnectionRequirements"] for name in names if name in glue._connections]


def _network_problem(job: dict[str, Any]) -> str:
    """Why Glue would not start the run: what it checks of the connection."""
    for place in _places(job):
        subnet = place["SubnetId"]
        if subnet not in ec2._subnets:
            return f"Subnet {subnet} not found"
        groups = [
            ec2._security_groups[group] for group in place["SecurityGroupIdList"] if group in ec2._security_groups
        ]
        if not any(_opens_all_ports(rule) for group in groups for rule in group.get("IpPermissions", [])):
            return "At least one security group must open all ingress ports."
        tables = {
            key
            for key, table in ec2._route_tables.items()
            if any(one.get("SubnetId") == subnet for one in table.get("Associations", []))
        }
        if not any(
            endpoint["ServiceName"].endswith(".s3") and tables & set(endpoint.get("RouteTableIds", []))
            for endpoint in ec2._vpc_endpoints.values()
        ):
            return f"VPC S3 endpoint validation failed for SubnetId: {subnet}"
    return ""


def _opens_all_ports(rule: dict[str, Any]) -> bool:
    every_port = rule.get("IpProtocol") == "-1" or (rule.get("FromPort"), rule.get("ToPort")) == (0, 65535)
    return every_port and bool(rule.get("IpRanges") or rule.get("UserIdGroupPairs"))


def update_job(request: dict[str, Any]) -> Any:
    """A job is changed on the clock of its runs, because the keeper compares the two."""
    answer = _update_job(request)
    if request["JobName"] in glue._jobs:
        glue._jobs[request["JobName"]]["LastModifiedOn"] = clock.now()
    return answer


def stop(request: dict[str, Any]) -> Any:
    ids = request.get("JobRunIds", [])
    if not 1 <= len(ids) <= MAX_STOPS_PER_CALL:
        return glue.error_response_json("InvalidInputException", "JobRunIds must have 1 to 25 items", 400)
    runs = {run["Id"]: run for run in glue._job_runs.get(request["JobName"], [])}
    stopped, errors = [], []
    for run_id in ids:
        run = runs.get(run_id)
        if run and run["JobRunState"] in STOPPABLE:
            _begin_stop(run)
            stopped.append({"JobName": request["JobName"], "JobRunId": run_id})
        else:
            code = "InvalidInputException" if run else "EntityNotFoundException"
            detail = {"ErrorCode": code, "ErrorMessage": f"run {run_id} cannot be stopped"}
            errors.append({"JobName": request["JobName"], "JobRunId": run_id, "ErrorDetail": detail})
    return glue.json_response({"SuccessfulSubmissions": stopped, "Errors": errors})


def _begin_stop(run: Run) -> None:
    run["JobRunState"] = "STOPPING"
    later(knob("stop_seconds"), lambda: _end(run, "STOPPED"))


def _end(run: Run, state: str) -> None:
    if run["JobRunState"] in ACTIVE:
        run.update(JobRunState=state, CompletedOn=clock.now())
        later(knob("linger_seconds"), lambda: _release(run))


def _release(run: Run) -> None:
    """Glue detaches the interfaces with the job's role, and cannot without it."""
    if not run["_interfaces"]:
        return
    role = iam._roles.get(run["_role"].split("/")[-1], {})
    if knob("never_release") or not (role.get("AttachedPolicies") or role.get("InlinePolicies")):
        witness(f"interfaces of {run['Id']} stay in use")
        return
    for interface_id in run["_interfaces"]:
        interfaces.release(interface_id)


def list_runs(request: dict[str, Any]) -> Any:
    name = request["JobName"]
    if name not in glue._jobs:
        return glue.error_response_json("EntityNotFoundException", f"Job with name: {name} not found", 400)
    runs = glue._job_runs.get(name) or []
    start_at = int(request.get("NextToken") or 0)
    end = start_at + int(request.get("MaxResults") or PAGE)
    shown = [{key: value for key, value in run.items() if not key.startswith("_")} for run in runs[start_at:end]]
    more = {"NextToken": str(end)} if end < len(runs) else {}
    return glue.json_response({"JobRuns": shown, **more})


def install() -> None:
    glue._start_job_run, glue._batch_stop_job_run, glue._get_job_runs = start, stop, list_runs
    glue._update_job = update_job
