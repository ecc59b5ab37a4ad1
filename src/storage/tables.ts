import { aws_glue as glue } from 'aws-cdk-lib';
import { EventColumn } from './event-column';
import { TABLES } from '../contract/generated';

/** Name of a table in the contract and in the catalog. */
export type TableName = keyof typeof TABLES;

/** Limit of the Glue catalog. */
const MAX_COMMENT_CHARACTERS = 255;

/**
 * Catalog entry of a Delta table, as Athena itself writes them. Readers take rows and schema from the Delta log, so the
 * formats are placeholders, but location and `path` must both point at the table.
 *
 * @param added columns besides those of the contract
 */
export function deltaTableInput(
  name: TableName, location: string, added: { [name: string]: EventColumn } = {},
): glue.CfnTable.TableInputProperty {
  const table = TABLES[name];
  const promoted = Object.entries(added).map(([column, { _argument: { type }, _comment: comment }]) =>
    ({ name: column, type, comment }));
  return {
    name,
    description: table.description,
    tableType: 'EXTERNAL_TABLE',
    parameters: {
      'EXTERNAL': 'TRUE',
      'classification': 'delta',
      'table_type': 'DELTA',
      'spark.sql.sources.provider': 'delta',
      'spark.sql.partitionProvider': 'catalog',
    },
    storageDescriptor: {
      location,
      columns: [...table.columns, ...promoted].map(({ name: column, type, comment }) => ({
        name: column, type, comment: comment.slice(0, MAX_COMMENT_CHARACTERS),
      })),
      inputFormat: 'org.apache.hadoop.mapred.SequenceFileInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat',
      serdeInfo: {
        serializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
        parameters: { 'serialization.format': '1', 'path': location },
      },
    },
  };
}
