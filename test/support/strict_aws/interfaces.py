"""Network interfaces: those of services, filters and pages of DescribeNetworkInterfaces, and who may delete them."""

import fnmatch
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import ec2

from strict_aws.support import physical_id

Interface = dict[str, Any]

FILTERS: dict[str, Callable[[Interface], list[str]]] = {
    "network-interface-id": lambda found: [found["NetworkInterfaceId"]],
    "vpc-id": lambda found: [found["VpcId"]],
    "subnet-id": lambda found: [found["SubnetId"]],
    "group-id": lambda found: [group["GroupId"] for group in found["Groups"]],
    "status": lambda found: [found["Status"]],
    "description": lambda found: [found["Description"]],
}

PAGE = 1000

_delete = ec2._ACTION_MAP["DeleteNetworkInterface"]


def attach(subnet_id: str, groups: list[str], description: str, *, of_service: bool = False) -> str:
    """Create an interface that is in use.

    of_service: it belongs to an AWS service, so that nobody else may delete it.
    """
    interface_id = physical_id("eni-")
    subnet = ec2._subnets[subnet_id]
    ec2._network_interfaces[interface_id] = {
        "NetworkInterfaceId": interface_id,
        "SubnetId": subnet_id,
        "VpcId": subnet["VpcId"],
        "AvailabilityZone": subnet["AvailabilityZone"],
        "Description": description,
        "OwnerId": get_account_id(),
        "Status": "in-use",
        "PrivateIpAddress": "10.0.9.9",
        "InterfaceType": "interface",
        "SourceDestCheck": True,
        "MacAddress": "02:00:00:00:00:01",
        "Groups": [{"GroupId": group, "GroupName": group} for group in groups],
        "Attachment": {
            "AttachmentId": physical_id("ela-attach-"),
            "InstanceId": "",
            "DeviceIndex": 1,
            "Status": "attached",
            "AttachTime": ec2._now_ts(),
        },
        "_of_service": of_service,
    }
    return interface_id


def release(interface_id: str) -> None:
    """The interface is no longer in use, and stays."""
    found = ec2._network_interfaces.get(interface_id)
    if found:
        found.update(Status="available", Attachment=None)


def forget(interface_id: str) -> None:
    """A service deletes its own interface."""
    ec2._network_interfaces.pop(interface_id, None)


def with_group(group_id: str) -> list[Interface]:
    return [
        found
        for found in ec2._network_interfaces.values()
        if any(group["GroupId"] == group_id for group in found["Groups"])
    ]


def describe(parameters: dict[str, Any]) -> Any:
    filters = ec2._parse_filters(parameters)
    for name in filters:
        if name not in FILTERS:
            return ec2._error("InvalidParameterValue", f"The filter '{name}' is invalid", 400)
    found = sorted(
        (one for one in ec2._network_interfaces.values() if _matches(one, filters)),
        key=lambda one: one["NetworkInterfaceId"],
    )
    start = int(ec2._p(parameters, "NextToken") or 0)
    end = start + int(ec2._p(parameters, "MaxResults") or PAGE)
    items = "".join(ec2._eni_fields_xml(one, "item") for one in found[start:end])
    more = f"<nextToken>{end}</nextToken>" if end < len(found) else ""
    body = f"<networkInterfaceSet>{items}</networkInterfaceSet>{more}"
    return ec2._xml(200, "DescribeNetworkInterfacesResponse", body)


def _matches(found: Interface, filters: dict[str, list[str]]) -> bool:
    return all(
        any(fnmatch.fnmatchcase(value, wanted) for value in FILTERS[name](found) for wanted in patterns)
        for name, patterns in filters.items()
    )


def delete(parameters: dict[str, Any]) -> Any:
    interface_id = ec2._p(parameters, "NetworkInterfaceId")
    found = ec2._network_interfaces.get(interface_id)
    if found and found.get("_of_service"):
        return ec2._error("OperationNotPermitted", "You do not have permission to access the specified resource.", 400)
    if found and found["Status"] != "available":
        message = f"Network interface '{interface_id}' is currently in use."
        return ec2._error("InvalidParameterValue", message, 400)
    return _delete(parameters)


def install() -> None:
    ec2._ACTION_MAP.update(DescribeNetworkInterfaces=describe, DeleteNetworkInterface=delete)
