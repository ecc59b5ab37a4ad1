import { readFileSync } from 'fs';
import { join } from 'path';
import { Duration } from 'aws-cdk-lib';
import { ClickstreamLakehouseProps, CollectorEdge, LakehouseNetwork, ProcessingSchedule } from '../../src';
import { synthesize } from '../support/lakehouse';

const ROOT = join(__dirname, '..', '..');
const RUNBOOK = readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8');

/** Options that alarms depend on. Together they create every alarm there is. */
const OPTIONS: ClickstreamLakehouseProps[] = [
  { processing: { transform: join(__dirname, '..', 'updates', 'python', 'my_transform.py') } },
  { collector: { edge: CollectorEdge.HTTP_API } },
  { processing: { schedule: ProcessingSchedule.every(Duration.hours(1)) } },
  { collector: { edge: CollectorEdge.FUNCTION_URL } },
  { collector: { writeKeys: { web: { keys: ['a1'] } } }, monitoring: { eventVolumeAnomaly: { sources: ['web'] } } },
  { monitoring: { freshnessThreshold: Duration.hours(2), iteratorAgeThreshold: Duration.hours(3) } },
];

/** Descriptions by the name of the alarm's construct, without the source that it is for. */
const DESCRIPTIONS = new Map(OPTIONS.flatMap(options => {
  const { json, graph } = synthesize({ network: LakehouseNetwork.none(), ...options });
  return graph.find('AWS::CloudWatch::Alarm').map((id): [string, string] => [
    id.replace(/^LakehouseMonitoring|(?<=EventVolume)web|[0-9A-F]{8}$/g, ''),
    json.Resources[id].Properties!.AlarmDescription as string,
  ]);
}));

/** Sections of a chapter, by their heading. */
function sectionsOf(chapter: string): Map<string, string> {
  const [, text] = RUNBOOK.split(`\n## ${chapter}\n`);
  const [, ...sections] = text.split('\n## ')[0].split('\n### ');
  return new Map(sections.map(section => [section.split('\n')[0], section]));
}

const SECTIONS = sectionsOf('Alarms');

test('every alarm has a section of the runbook, and every section is of an alarm', () => {
  expect([...SECTIONS.keys()].sort()).toEqual([...DESCRIPTIONS.keys()].sort());
});

test.each([...DESCRIPTIONS])('%s says what happened and what to do, and ends with the link to its section',
  (alarm, description) => {
    const { repository } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const page = `${repository.url.replace(/\.git$/, '')}/blob/main/docs/runbook.md`;
    expect(description).toMatch(/^.{10,}[.] .{10,}[.] https:\S+$/);
    expect(description.endsWith(` ${page}#${alarm.toLowerCase()}`)).toBe(true);
    // A limit of CloudWatch: PutMetricAlarm, AlarmDescription.
    expect(description.length).toBeLessThanOrEqual(1024);
  });

test.each([...SECTIONS])('the section %s says what becomes of events, where to look, what to do and when it ends',
  (_, section) => {
    expect([...section.matchAll(/^- \*\*(.+?)\*\*: .{10,}\.$/gm)].map(([, label]) => label))
      .toEqual(['Events', 'Look at', 'Do', 'Ends']);
  });

test('the runbook names log groups by logical ids that exist', () => {
  const ids = readFileSync(join(ROOT, 'test', 'logical-ids.txt'), 'utf8');
  const named = [...new Set(RUNBOOK.match(/\b(Collector|Keeper|Job)\w*Log\b/g))];
  expect(named.length).toBeGreaterThanOrEqual(5);
  expect(named.filter(id => !new RegExp(`^Lakehouse${id}[0-9A-F]{8} AWS::Logs::LogGroup$`, 'm').test(ids))).toEqual([]);
});
