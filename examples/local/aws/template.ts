/** A synthesized template with its assets. */
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { Intrinsics, Json, Resource, TemplateError } from './intrinsics';

export type Properties = { [key: string]: Json };

export interface LambdaFunction {
  readonly name: string;
  readonly handler: string;
  readonly assetPath: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
}

interface AssetFile {
  readonly source: { readonly path: string };
  readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
}

export class Template {
  /** The template of the one stack in a cloud assembly directory (cdk.out). */
  static read(directory: string): Template {
    const name = readdirSync(directory).find(file => file.endsWith('.template.json'));
    if (name === undefined) throw new TemplateError(`${directory} holds no synthesized template`);
    const read = (file: string) => JSON.parse(readFileSync(join(directory, file), 'utf8'));
    const { files } = read(name.replace('.template.json', '.assets.json')) as { files: Record<string, AssetFile> };
    const { Resources: resources } = read(name) as { Resources: Record<string, Resource> };
    return new Template(resources, Object.values(files), directory);
  }

  private readonly intrinsics: Intrinsics;
  private readonly assets: ReadonlyMap<string, string>;

  private constructor(
    private readonly resources: Readonly<Record<string, Resource>>, files: AssetFile[], directory: string,
  ) {
    this.intrinsics = new Intrinsics(resources);
    this.assets = new Map(files.flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }): [string, string] => [objectKey, join(directory, source.path)])));
  }

  ofType(type: string): [string, Properties][] {
    return Object.entries(this.resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, { Properties: properties = {} }]) => [id, properties]);
  }

  only(type: string): [string, Properties] {
    const found = this.ofType(type);
    if (found.length !== 1) {
      throw new TemplateError(`the local run needs exactly one ${type} in the template, found ${found.length}`);
    }
    return found[0];
  }

  propertiesOf(id: string): Properties {
    return this.resources[id].Properties ?? {};
  }

  resolve(value: Json): Json {
    return this.intrinsics.resolve(value);
  }

  /** The staged file or folder behind an object key or an s3:// URL in the asset bucket. */
  asset(location: string): string {
    const path = this.assetIfStaged(location);
    if (path === undefined) throw new TemplateError(`the asset manifest has nothing for ${location}`);
    return path;
  }

  assetIfStaged(location: string): string | undefined {
    return this.assets.get(location.slice(location.lastIndexOf('/') + 1));
  }

  lambda(id: string): LambdaFunction {
    const properties = this.resolve(this.propertiesOf(id)) as Properties;
    const { S3Key: key } = properties.Code as Properties;
    const { Variables: variables = {} } = (properties.Environment ?? {}) as Properties;
    return {
      name: id,
      handler: String(properties.Handler),
      assetPath: this.asset(String(key)),
      timeoutSeconds: Number(properties.Timeout ?? 3),
      memoryMegabytes: Number(properties.MemorySize ?? 128),
      environment: variables as Record<string, string>,
    };
  }
}
