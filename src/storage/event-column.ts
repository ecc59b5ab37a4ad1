import { TABLES } from '../contract/generated';
import { InvalidPropertyError } from '../private/validate';

/** SQL type of a column that you add to the events table. */
export enum ColumnType {
  /** Text. */
  STRING = 'string',
  /** A whole number of 64 bits. */
  BIGINT = 'bigint',
  /** A floating-point number. */
  DOUBLE = 'double',
  /** True or false. */
  BOOLEAN = 'boolean',
  /** A point in time, from ISO 8601 text. */
  TIMESTAMP = 'timestamp',
  /** A date, from text like `2026-01-31`. */
  DATE = 'date',
}

/** The job's argument for a column: its type, and the path of its value in a column of JSON, if it has one. */
export interface ColumnArgument {
  readonly type: string;
  readonly property?: string;
  readonly trait?: string;
  readonly context?: string;
}

/** A column that you add to the events table, and the source of its values. */
export class EventColumn {
  /**
   * Takes the value from the event's properties. A value of another type is null in the column.
   *
   * @param path Name of the property, like `plan`, or a path into nested ones, like `cart.value`
   * @param type SQL type of the column
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   processing: { columns: { cart_value: EventColumn.fromProperty('cart.value', ColumnType.DOUBLE) } },
   * });
   */
  public static fromProperty(path: string, type: ColumnType): EventColumn {
    return new EventColumn({ type, property: checkedPath(path) });
  }

  /**
   * Takes the value from the traits of the user or group. A value of another type is null in the column.
   *
   * @param path Name of the trait, or a path into nested ones
   * @param type SQL type of the column
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   processing: { columns: { plan: EventColumn.fromTrait('plan', ColumnType.STRING) } },
   * });
   */
  public static fromTrait(path: string, type: ColumnType): EventColumn {
    return new EventColumn({ type, trait: checkedPath(path) });
  }

  /**
   * Takes the value from the contexts. A value of another type is null in the column.
   *
   * @param path Name of the context, or a path into nested ones
   * @param type SQL type of the column
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   processing: { columns: { build: EventColumn.fromContext('app.build', ColumnType.STRING) } },
   * });
   */
  public static fromContext(path: string, type: ColumnType): EventColumn {
    return new EventColumn({ type, context: checkedPath(path) });
  }

  /**
   * Leaves the column to `processing.transform`, which gets it as null.
   *
   * @param type SQL type of the column
   *
   * @example
   * new ClickstreamLakehouse(this, 'Lakehouse', {
   *   processing: {
   *     transform: 'processing/my_transform.py',
   *     columns: { is_customer: EventColumn.fromTransform(ColumnType.BOOLEAN) },
   *   },
   * });
   */
  public static fromTransform(type: ColumnType): EventColumn {
    return new EventColumn({ type });
  }

  /** @internal */
  public readonly _argument: ColumnArgument;

  private constructor(argument: ColumnArgument) {
    this._argument = argument;
  }

  /**
   * Origin of the values in words.
   *
   * @internal
   */
  public get _comment(): string {
    const { property, trait, context } = this._argument;
    if (property !== undefined) return `Property ${property}.`;
    if (trait !== undefined) return `Trait ${trait}.`;
    if (context !== undefined) return `Context ${context}.`;
    return 'Filled by the transform.';
  }
}

/** Athena lower-cases names, and every query would have to quote others. */
const COLUMN_NAME = /^[a-z][a-z0-9_]{0,254}$/;

/** @throws InvalidPropertyError when a column has a name that SQL would have to quote, or that the table has already */
export function validateEventColumns(columns: { [name: string]: EventColumn } = {}): void {
  for (const name of Object.keys(columns)) {
    if (!COLUMN_NAME.test(name)) {
      throw new InvalidPropertyError('processing.columns must have names of up to 255 lower-case letters, digits and '
        + `underscores that begin with a letter, got '${name}'`);
    }
    if (TABLES.events.columns.some(column => column.name === name)) {
      throw new InvalidPropertyError(
        `processing.columns has '${name}', which is a column of events already: take another name`);
    }
  }
}

function checkedPath(path: string): string {
  if (path.split('.').every(name => name !== '')) return path;
  throw new InvalidPropertyError(
    `processing.columns: a path must be names with dots between them, like cart.value, got '${path}'`);
}
