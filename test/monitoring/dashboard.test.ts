import { readFileSync } from 'fs';
import { join } from 'path';
import { aws_secretsmanager as secretsmanager, Duration, Stack } from 'aws-cdk-lib';
import { ClickstreamLakehouseProps, CollectorEdge, LakehouseNetwork, ProcessingSchedule } from '../../src';
import { COLLECTOR_METRICS } from '../../src/cost/collector-part';
import { JOB_METRICS } from '../../src/cost/job-part';
import { KEEPER_METRICS } from '../../src/cost/upkeep-part';
import { only, synthesize } from '../support/lakehouse';

const RUNBOOK = readFileSync(join(__dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');

interface Widget {
  readonly type: 'alarm' | 'metric' | 'text';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly alarms?: string[];
    readonly metrics?: ReadonlyArray<ReadonlyArray<string | { readonly expression?: string }>>;
  };
}

/** Widgets of the dashboard. A reference to a resource is its logical id. */
function widgetsOf(props: ClickstreamLakehouseProps | ((stack: Stack) => ClickstreamLakehouseProps)): Widget[] {
  const built = synthesize(stack =>
    ({ network: LakehouseNetwork.none(), ...(typeof props === 'function' ? props(stack) : props) }));
  const { DashboardBody: { 'Fn::Join': [, parts] } } = only(built, 'AWS::CloudWatch::Dashboard');
  const text = (part: string | { 'Ref'?: string; 'Fn::GetAtt'?: string[] }) =>
    (typeof part === 'string' ? part : part.Ref ?? part['Fn::GetAtt']![0]);
  return JSON.parse(parts.map(text).join('')).widgets;
}

const WRITE_KEYS = { web: { keys: ['a1'], rateLimit: 10 }, server: { keys: ['b2'] } };

const DASHBOARDS: Record<string, Widget[]> = {
  'the default': widgetsOf({}),
  'an HTTP API and a schedule': widgetsOf({
    collector: { edge: CollectorEdge.HTTP_API },
    processing: { schedule: ProcessingSchedule.every(Duration.hours(1)) },
  }),
  'a function URL': widgetsOf({ collector: { edge: CollectorEdge.FUNCTION_URL } }),
  'single sources': widgetsOf({
    collector: { writeKeys: WRITE_KEYS }, monitoring: { eventVolumeAnomaly: { sources: ['web', 'server'] } },
  }),
  'keys in a secret': widgetsOf(stack =>
    ({ collector: { writeKeysSecret: new secretsmanager.Secret(stack, 'WriteKeys') } })),
};

/** Metrics that something publishes: `namespace dimensions name`. Of ours, test/cost/coverage.test.ts has the names. */
const PUBLISHED = new Set([
  ...COLLECTOR_METRICS.map(name => `ClickstreamLakehouse FunctionName ${name}`),
  ...['AcceptedEvents', 'RateLimitedRequests'].map(name => `ClickstreamLakehouse FunctionName,Source ${name}`),
  ...[...KEEPER_METRICS, ...JOB_METRICS].map(name => `ClickstreamLakehouse JobName ${name}`),
  'AWS/ApiGateway ApiName 4XXError', 'AWS/ApiGateway ApiName 5XXError',
  'AWS/ApiGateway ApiId 4xx', 'AWS/ApiGateway ApiId 5xx',
  'AWS/Lambda FunctionName Url4xxCount', 'AWS/Lambda FunctionName Url5xxCount',
  'AWS/Kinesis StreamName IncomingBytes', 'AWS/Kinesis StreamName PutRecords.ThrottledRecords',
  'AWS/Kinesis StreamName GetRecords.IteratorAgeMilliseconds',
]);

const SEARCH
  = /^SEARCH\('\{(\w+),([\w,]+)\} MetricName="(\w+)" FunctionName="LakehouseCollectorFunction\w+"', 'Sum'\)$/;

/** Metrics of a widget, where each row is namespace, name, then names and values of dimensions, then options. */
function metricsOf({ properties: { metrics = [] } }: Widget): string[] {
  return metrics.map(row => {
    const [first] = row;
    if (typeof first !== 'string') {
      const [, namespace, dimensions, name] = SEARCH.exec(first.expression ?? '') ?? [];
      return `${namespace} ${dimensions} ${name}`;
    }
    const [namespace, name, ...pairs] = row.filter(part => typeof part === 'string');
    return `${namespace} ${pairs.filter((_, index) => index % 2 === 0).join()} ${name}`;
  });
}

const titlesOf = (widgets: Widget[]) => widgets.flatMap(({ properties }) => properties.title ?? []);

describe.each(Object.entries(DASHBOARDS))('with %s', (_, widgets) => {
  test('every widget shows metrics that something publishes', () => {
    const shown = widgets.filter(({ type }) => type === 'metric').map(metricsOf);
    expect(shown.filter(metrics => metrics.length === 0)).toEqual([]);
    expect(shown.flat().filter(metric => !PUBLISHED.has(metric))).toEqual([]);
  });

  test('no widget lies over another or beyond the edge', () => {
    const overlaps = widgets.flatMap((one, index) => widgets.slice(index + 1).filter(other =>
      one.x < other.x + other.width && other.x < one.x + one.width
      && one.y < other.y + other.height && other.y < one.y + one.height));
    expect(overlaps).toEqual([]);
    expect(widgets.filter(({ x, width }) => x + width > 24)).toEqual([]);
  });

  test('the first row says whether all is well: alarms, events, freshness, run', () => {
    expect(widgets.filter(({ y }) => y === 0).map(({ type, properties }) => [type, properties.title])).toEqual([
      ['alarm', 'Alarms'],
      ['metric', 'Events at the collector now'],
      ['metric', 'From collector to row now (ms)'],
      ['metric', 'Job now'],
    ]);
  });

  test('the second row has a link to the section of every alarm', () => {
    const { properties: { alarms = [] } } = widgets.find(({ type }) => type === 'alarm')!;
    const { properties: { markdown = '' } } = widgets.find(({ type }) => type === 'text')!;
    const linked = [...markdown.matchAll(/\[(\w+)\]\(https:[^)]*#(\w+)\)/g)].map(([, section, anchor]) => {
      expect(anchor).toBe(section.toLowerCase());
      return section;
    });
    const names = alarms.map(alarm => alarm.replace(/^LakehouseMonitoring|[0-9A-F]{8}$/g, ''));
    const sections = names.map(name => name.replace(/^(EventVolume).+/, '$1'));
    expect(linked).toEqual([...new Set(sections)]);
    expect(sections.length).toBeGreaterThan(10);
  });

  test('the runbook explains every widget', () => {
    const [, chapter] = RUNBOOK.split('\n## The dashboard\n');
    const explained = chapter.split('\n## ')[0];
    expect(titlesOf(widgets).filter(title => !explained.includes(`\`${title}\``))).toEqual([]);
  });
});

test('the graphs follow the journey of an event', () => {
  const { 'the default': all } = DASHBOARDS;
  const rows = [...new Set(all.map(({ y }) => y))].slice(2);
  expect(rows.map(row => titlesOf(all.filter(({ y }) => y === row))[0])).toEqual([
    'Requests', 'Stream: bytes in', 'Rows', 'Run of the job',
  ]);
});

test('single sources have graphs where something is known of them', () => {
  const ofSources = (name: string) => titlesOf(DASHBOARDS[name]).filter(title => / source/.test(title));
  expect(ofSources('the default')).toEqual([]);
  expect(ofSources('keys in a secret')).toEqual(['Requests above the limit of a source']);
  expect(ofSources('single sources')).toEqual(['Events of single sources', 'Requests above the limit of a source']);
});

test('is left out on demand', () => {
  const { graph } = synthesize({ network: LakehouseNetwork.none(), monitoring: { dashboard: false } });
  expect(graph.find('AWS::CloudWatch::Dashboard')).toEqual([]);
});
