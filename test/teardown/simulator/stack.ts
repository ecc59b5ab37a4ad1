import { TemplateGraph } from '../../support/template-graph';
import { Chance } from '../../support/virtual-aws/chance';
import { Timeline } from '../../support/virtual-aws/timeline';
import { VirtualClock } from '../../support/virtual-aws/virtual-clock';

/** Whether a resource could be deleted; the reason if not. */
export type Deleted = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export interface ResourceWorld {
  /** Deletes one resource, in virtual time, and says when it is gone or why it is not. */
  delete(id: string, done: (result: Deleted) => void): void;
}

type State = 'absent' | 'exists' | 'deleting' | 'failed' | 'skipped';

/** CloudFormation's deletion of a stack: along the dependencies, in parallel, in an order that is left to chance. */
export class Stack {
  readonly failures = new Map<string, string>();
  private readonly states: Map<string, State>;
  private readonly dependents = new Map<string, string[]>();

  constructor(
    readonly graph: TemplateGraph, private readonly clock: VirtualClock, private readonly timeline: Timeline,
    private readonly chance: Chance, private readonly world: ResourceWorld,
  ) {
    const ids = Object.keys(graph.template.Resources);
    this.states = new Map(ids.map(id => [id, 'absent']));
    ids.forEach(id => graph.directlyBefore(id).forEach(other =>
      this.dependents.set(other, [...this.dependents.get(other) ?? [], id])));
  }

  /** Hears of each failure when it happens: what its reason names may be gone a minute later. */
  onFailure: (id: string, reason: string) => void = () => undefined;

  /** The resources in an order in which they can be created. */
  creationOrder(): string[] {
    const order: string[] = [];
    const waiting = new Set(this.states.keys());
    while (waiting.size > 0) {
      const ready = [...waiting].filter(id => [...this.graph.directlyBefore(id)].every(other => !waiting.has(other)));
      const next = ready[Math.floor(this.chance.between(0, ready.length))];
      waiting.delete(next);
      order.push(next);
    }
    return order;
  }

  exists(id: string): boolean {
    return ['exists', 'deleting', 'failed'].includes(this.states.get(id)!);
  }

  create(id: string): void {
    this.states.set(id, 'exists');
  }

  /** Ids of the resources that are left, without the ones that the template keeps. */
  get left(): string[] {
    return [...this.states].filter(([, state]) => !['absent', 'skipped'].includes(state)).map(([id]) => id);
  }

  get isDeleting(): boolean {
    return [...this.states.values()].includes('deleting');
  }

  /** Begins a deletion, or goes on with one that failed. */
  startDeletion(rollsBackCreation = false): void {
    this.failures.clear();
    for (const id of this.left) this.states.set(id, this.isKept(id, rollsBackCreation) ? 'skipped' : 'exists');
    this.proceed();
  }

  private isKept(id: string, rollsBackCreation: boolean): boolean {
    const { DeletionPolicy } = this.graph.template.Resources[id];
    return DeletionPolicy === 'Retain' || (DeletionPolicy === 'RetainExceptOnCreate' && !rollsBackCreation);
  }

  private proceed(): void {
    for (const [id, state] of this.states) {
      const free = (this.dependents.get(id) ?? []).every(other => !this.exists(other));
      if (state === 'exists' && free) this.delete(id);
    }
  }

  private delete(id: string): void {
    this.states.set(id, 'deleting');
    this.clock.after(this.chance.between(0, 0.5), () => this.world.delete(id, result => {
      if (this.states.get(id) !== 'deleting') return;
      this.states.set(id, result.ok ? 'absent' : 'failed');
      this.timeline.note(id, result.ok ? 'deleted' : `DELETE_FAILED ${result.reason}`);
      if (!result.ok) {
        this.failures.set(id, result.reason);
        this.onFailure(id, result.reason);
      }
      this.proceed();
    }));
  }
}
