"""CloudFormation types of our stack that MiniStack does not know, or knows only in part."""

import json
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import athena, cloudwatch, ec2, s3, waf
from ministack.services.cloudformation import provisioners

from strict_aws import interfaces
from strict_aws.support import Handler, physical_id

Properties = dict[str, Any]
Created = tuple[str, dict[str, Any]]

HANDLERS: dict[str, Handler] = provisioners._RESOURCE_HANDLERS


def _require(condition: object, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _rules(store: str) -> Handler:
    """SecurityGroupIngress or -Egress."""

    def create(_logical_id: str, properties: Properties, _stack: str) -> Created:
        for key in ("GroupId", "SourceSecurityGroupId", "DestinationSecurityGroupId"):
            group = properties.get(key)
            _require(group is None or group in ec2._security_groups, f"{group} does not exist (InvalidGroup.NotFound)")
        group = ec2._security_groups[properties["GroupId"]]
        group.setdefault(store, []).append(provisioners._ec2_sg_permissions([properties])[0])
        rule_id = physical_id("sgr-")
        return rule_id, {"Id": rule_id}

    def delete(_rule_id: str, properties: Properties) -> None:
        rules = ec2._security_groups.get(properties["GroupId"], {}).get(store, [])
        rule = provisioners._ec2_sg_permissions([properties])[0]
        if rule in rules:
            rules.remove(rule)

    return {"create": create, "delete": delete}


def _create_acl(_logical_id: str, properties: Properties, _stack: str) -> Created:
    acl_id = physical_id("acl-")
    empty: dict[str, list[Any]] = {"Entries": [], "Associations": [], "Tags": []}
    ec2._network_acls[acl_id] = {
        "NetworkAclId": acl_id,
        "VpcId": properties["VpcId"],
        "IsDefault": False,
        "OwnerId": get_account_id(),
        **empty,
    }
    return acl_id, {"Id": acl_id}


def _delete_acl(acl_id: str, _properties: Properties) -> None:
    in_use = ec2._network_acls.get(acl_id, {}).get("Associations")
    _require(not in_use, f"The networkAcl '{acl_id}' has dependencies and cannot be deleted. (DependencyViolation)")
    ec2._network_acls.pop(acl_id, None)


def _acl_entry(properties: Properties) -> dict[str, Any]:
    return {
        "RuleNumber": int(properties["RuleNumber"]),
        "Protocol": str(properties.get("Protocol", -1)),
        "RuleAction": properties["RuleAction"],
        "Egress": str(properties.get("Egress", False)).lower() == "true",
        "CidrBlock": properties["CidrBlock"],
        "PortRange": properties.get("PortRange"),
    }


def _create_acl_entry(logical_id: str, properties: Properties, stack: str) -> Created:
    ec2._network_acls[properties["NetworkAclId"]]["Entries"].append(_acl_entry(properties))
    return f"{stack}-{logical_id}", {"Id": f"{stack}-{logical_id}"}


def _delete_acl_entry(_entry_id: str, properties: Properties) -> None:
    entries = ec2._network_acls.get(properties["NetworkAclId"], {}).get("Entries", [])
    entry = _acl_entry(properties)
    if entry in entries:
        entries.remove(entry)


def _associate_acl(_logical_id: str, properties: Properties, _stack: str) -> Created:
    association = {"NetworkAclAssociationId": physical_id("aclassoc-"), "SubnetId": properties["SubnetId"]}
    for acl in ec2._network_acls.values():
        acl["Associations"] = [one for one in acl["Associations"] if one.get("SubnetId") != properties["SubnetId"]]
    ec2._network_acls[properties["NetworkAclId"]]["Associations"].append(association)
    return association["NetworkAclAssociationId"], {"AssociationId": association["NetworkAclAssociationId"]}


def _dissociate_acl(association_id: str, _properties: Properties) -> None:
    for acl in ec2._network_acls.values():
        kept = [one for one in acl["Associations"] if one["NetworkAclAssociationId"] != association_id]
        acl["Associations"] = kept


def _create_named_query(_logical_id: str, properties: Properties, _stack: str) -> Created:
    _require(properties["WorkGroup"] in athena._workgroups, f"WorkGroup {properties['WorkGroup']} is not found.")
    status, _, body = athena._create_named_query(properties)
    _require(status < 300, str(body))
    query_id = json.loads(body)["NamedQueryId"]
    return query_id, {"NamedQueryId": query_id}


def _create_alarm(logical_id: str, properties: Properties, stack: str) -> Created:
    """MiniStack refuses alarms on metric math."""
    if "Metrics" not in properties:
        return _known["AWS::CloudWatch::Alarm"]["create"](logical_id, properties, stack)
    name = provisioners._physical_name(stack, logical_id)
    arn = f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:{name}"
    cloudwatch._alarms[name] = {**properties, "AlarmName": name, "AlarmArn": arn}
    return name, {"Arn": arn}


def _associate_web_acl(_logical_id: str, properties: Properties, _stack: str) -> Created:
    arn, resource = properties["WebACLArn"], properties["ResourceArn"]
    status, _, body = waf._associate_web_acl({"WebACLArn": arn, "ResourceArn": resource})
    _require(status < 300, str(body))
    return f"{arn}|{resource}", {}


def _create_endpoint(logical_id: str, properties: Properties, stack: str) -> Created:
    """Interface endpoints have an interface of the service's in each subnet."""
    endpoint_id, attributes = _known["AWS::EC2::VPCEndpoint"]["create"](logical_id, properties, stack)
    if properties.get("VpcEndpointType") == "Interface":
        groups = properties.get("SecurityGroupIds", [])
        description = f"VPC Endpoint Interface {endpoint_id}"
        own = [interfaces.attach(subnet, groups, description, of_service=True) for subnet in properties["SubnetIds"]]
        ec2._vpc_endpoints[endpoint_id]["NetworkInterfaceIds"] = own
    return endpoint_id, attributes


def _delete_endpoint(endpoint_id: str, properties: Properties) -> None:
    for interface_id in ec2._vpc_endpoints.get(endpoint_id, {}).get("NetworkInterfaceIds", []):
        interfaces.forget(interface_id)
    _known["AWS::EC2::VPCEndpoint"]["delete"](endpoint_id, properties)


def _create_bucket(logical_id: str, properties: Properties, stack: str) -> Created:
    """MiniStack forgets the template's tags, by which our emptying knows its buckets."""
    name, attributes = _known["AWS::S3::Bucket"]["create"](logical_id, properties, stack)
    if properties.get("Tags"):
        s3._bucket_tags[name] = {tag["Key"]: tag["Value"] for tag in properties["Tags"]}
    return name, attributes


NEW: dict[str, Handler] = {
    "AWS::EC2::SecurityGroupIngress": _rules("IpPermissions"),
    "AWS::EC2::SecurityGroupEgress": _rules("IpPermissionsEgress"),
    "AWS::EC2::NetworkAcl": {"create": _create_acl, "delete": _delete_acl},
    "AWS::EC2::NetworkAclEntry": {"create": _create_acl_entry, "delete": _delete_acl_entry},
    "AWS::EC2::SubnetNetworkAclAssociation": {"create": _associate_acl, "delete": _dissociate_acl},
    "AWS::Athena::NamedQuery": {
        "create": _create_named_query,
        "delete": lambda query_id, _: athena._delete_named_query({"NamedQueryId": query_id}),
    },
    "AWS::WAFv2::WebACLAssociation": {
        "create": _associate_web_acl,
        "delete": lambda _, properties: waf._associations.pop(properties["ResourceArn"], None),
    },
}

CHANGED: dict[str, Handler] = {
    "AWS::CloudWatch::Alarm": {"create": _create_alarm},
    "AWS::EC2::VPCEndpoint": {"create": _create_endpoint, "delete": _delete_endpoint},
    "AWS::S3::Bucket": {"create": _create_bucket},
}

_known: dict[str, Handler] = {}


def install() -> None:
    for resource_type, handler in NEW.items():
        _require(resource_type not in HANDLERS, f"MiniStack knows {resource_type} by now: remove it here")
        HANDLERS[resource_type] = handler
    for resource_type, changes in CHANGED.items():
        _known[resource_type] = HANDLERS[resource_type]
        HANDLERS[resource_type] = {**HANDLERS[resource_type], **changes}
