/** A CloudFormation template, as far as the tests look into it. */
export interface CloudFormationTemplate {
  readonly Resources: Record<string, CloudFormationResource>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Description?: string }>;
}

export interface CloudFormationResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** Which resource is created before which: by reference or by DependsOn. Deletion goes the other way. */
export class TemplateGraph {
  private readonly dependencies: Map<string, Set<string>>;

  /** @param leavesOut dependencies that do not count, to see what becomes of a template without them */
  constructor(
    readonly template: CloudFormationTemplate, leavesOut: (id: string, dependency: string) => boolean = () => false,
  ) {
    const resources = Object.entries(template.Resources);
    this.dependencies = new Map(resources.map(([id, resource]) =>
      [id, new Set([...this.directDependencies(resource)].filter(dependency => !leavesOut(id, dependency)))]));
  }

  /** Everything that exists before the resource is created. */
  before(id: string): Set<string> {
    const seen = new Set<string>();
    const waiting = [id];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const dependency of this.dependencies.get(next) ?? []) {
        if (!seen.has(dependency)) {
          seen.add(dependency);
          waiting.push(dependency);
        }
      }
    }
    return seen;
  }

  /** What the resource itself refers to or depends on. */
  directlyBefore(id: string): ReadonlySet<string> {
    return this.dependencies.get(id) ?? new Set();
  }

  /** Ids of resources that wait for themselves; CloudFormation refuses such a template. */
  cyclic(): string[] {
    return Object.keys(this.template.Resources).filter(id => this.before(id).has(id));
  }

  /** Ids of the resources of a type (or of any) whose id matches. */
  find(type: string | RegExp, id = /./): string[] {
    const ofType = ({ Type }: CloudFormationResource) => (type instanceof RegExp ? type.test(Type) : type === Type);
    return Object.entries(this.template.Resources)
      .filter(([name, resource]) => ofType(resource) && id.test(name))
      .map(([name]) => name);
  }

  private directDependencies({ Properties, DependsOn = [] }: CloudFormationResource): Set<string> {
    const named = new Set([DependsOn].flat());
    collectReferences(Properties, named);
    return new Set([...named].filter(name => name in this.template.Resources));
  }
}

function collectReferences(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) return value.forEach(item => collectReferences(item, found));
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'Ref') found.add(inner);
    if (key === 'Fn::GetAtt') found.add(Array.isArray(inner) ? inner[0] : String(inner).split('.')[0]);
    if (key === 'Fn::Sub') {
      for (const [, name] of String(Array.isArray(inner) ? inner[0] : inner).matchAll(/\$\{([^!}.]+)/g)) {
        found.add(name);
      }
    }
    collectReferences(inner, found);
  }
}
