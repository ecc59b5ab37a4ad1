import { createHash } from 'crypto';
import { aws_glue as glue, aws_iam as iam, aws_lakeformation as lakeformation, Names, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { InvalidPropertyError } from '../private/validate';

/**
 * Lets the grantee read tables in a catalog that Lake Formation governs, where IAM alone allows nothing. Granting twice
 * is granting once.
 *
 * @param owner construct that the tables belong to
 */
export function grantLakeFormation(
  owner: Construct, databaseName: string, tables: glue.CfnTable[], grantee: iam.IGrantable,
): iam.Grant {
  const { grantPrincipal: principal } = grantee;
  const identifier = identifierOf(principal);
  // In the stack of a role, as its policy is: that stack refers to the lakehouse, which hence cannot refer to it.
  const scope = Construct.isConstruct(principal) ? principal : owner;
  const id = `LakeFormation-${Names.nodeUniqueId(owner.node)}-${hashOf(Stack.of(owner).resolve(identifier))}`;
  if (!scope.node.tryFindChild(id)) {
    const permissions = new Construct(scope, id);
    const catalogId = Stack.of(owner).account;
    const grant = (name: string, resource: lakeformation.CfnPrincipalPermissions.ResourceProperty, actions: string[]) =>
      new lakeformation.CfnPrincipalPermissions(permissions, name, {
        catalog: catalogId,
        principal: { dataLakePrincipalIdentifier: identifier },
        resource,
        permissions: actions,
        permissionsWithGrantOption: [],
      });
    grant('Database', { database: { catalogId, name: databaseName } }, ['DESCRIBE']);
    for (const table of tables) {
      const { name } = table.tableInput as glue.CfnTable.TableInputProperty;
      grant(table.node.id, { table: { catalogId, databaseName, name } }, ['DESCRIBE', 'SELECT']);
    }
    permissions.node.addDependency(...tables); // they refer to the tables by name only
  }
  // Where the buckets are registered, Lake Formation hands out the access to S3.
  return iam.Grant.addToPrincipal({
    grantee, actions: ['lakeformation:GetDataAccess'], resourceArns: ['*'], // has no resource-level support
  });
}

/** Lake Formation knows roles and users by ARN, and other accounts by number. */
function identifierOf(principal: iam.IPrincipal): string {
  if (principal instanceof iam.AccountPrincipal) return principal.accountId;
  const [arn] = [principal.policyFragment.principalJson.AWS ?? []].flat();
  if (arn === undefined || arn === '*') {
    throw new InvalidPropertyError('storage.lakeFormation needs a role, a user or an account as the principal of a '
      + `grant, got ${String(principal)}: take a role that it assumes`);
  }
  return arn;
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
}
