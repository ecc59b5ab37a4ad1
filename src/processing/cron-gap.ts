import { aws_events as events, Duration, Token } from 'aws-cdk-lib';
import { InvalidPropertyError } from '../private/validate';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEK_DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const DAY_MINUTES = 24 * 60;

/** Four years and a day, so that a 29 February is among them twice. */
const DAYS = 4 * 366;

interface CalendarDay {
  readonly month: number;
  readonly day: number;
  /** 1 for Sunday to 7. */
  readonly weekDay: number;
  readonly lastDay: number;
}

/**
 * Longest time between two starts of a cron schedule.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * @returns undefined when a field is known only at deployment
 * @throws InvalidPropertyError when the schedule ends, or never starts the job
 */
export function longestCronGap(times: events.CronOptions): Duration | undefined {
  if (Object.values(times).some(field => Token.isUnresolved(field))) return undefined;
  if (times.year !== undefined && times.year !== '*') {
    throw new InvalidPropertyError(`processing.schedule: year must be left out, got '${times.year}': `
      + 'when the schedule ends, nothing reads the stream any more');
  }
  const gap = longestGapMinutes(startMinutes(times), day => isMatchingDay(times, day));
  if (gap === undefined) throw new InvalidPropertyError('processing.schedule: no day has such a time');
  return Duration.minutes(gap);
}

/**
 * Average number of starts in a day of a cron schedule.
 *
 * @returns undefined when a field is known only at deployment
 */
export function cronStartsPerDay(times: events.CronOptions): number | undefined {
  if (Object.values(times).some(field => Token.isUnresolved(field))) return undefined;
  const days = Array.from({ length: DAYS }, (_, index) => calendarDay(index));
  return startMinutes(times).length * days.filter(day => isMatchingDay(times, day)).length / DAYS;
}

function longestGapMinutes(minutes: readonly number[], matches: (day: CalendarDay) => boolean): number | undefined {
  let last: number | undefined;
  let longest: number | undefined;
  const withinDay = Math.max(0, ...minutes.slice(1).map((minute, index) => minute - minutes[index]));
  for (let index = 0; index < DAYS; index += 1) {
    if (!matches(calendarDay(index))) continue;
    const startOfDay = index * DAY_MINUTES;
    if (last !== undefined) longest = Math.max(longest ?? 0, withinDay, startOfDay + minutes[0] - last);
    last = startOfDay + minutes[minutes.length - 1];
  }
  return longest;
}

/** Minutes of a day, ascending. */
function startMinutes({ minute = '*', hour = '*' }: events.CronOptions): number[] {
  const minutes = numbers('minute', minute, 0, 59);
  return numbers('hour', hour, 0, 23).flatMap(hours => minutes.map(one => hours * 60 + one));
}

function calendarDay(index: number): CalendarDay {
  const date = new Date(Date.UTC(2027, 0, 1 + index));
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return {
    month: month + 1,
    day: date.getUTCDate(),
    weekDay: date.getUTCDay() + 1,
    lastDay: new Date(Date.UTC(year, month + 1, 0)).getUTCDate(),
  };
}

function isMatchingDay({ day = '*', month = '*', weekDay = '*' }: events.CronOptions, date: CalendarDay): boolean {
  return numbers('month', month, 1, 12, MONTHS).includes(date.month)
    && day.split(',').some(part => isDayOfMonth(part, date))
    && weekDay.split(',').some(part => isDayOfWeek(part, date));
}

/** `L` is the last day, and `W` the working day of the same month that is nearest. */
function isDayOfMonth(field: string, { day, weekDay, lastDay }: CalendarDay): boolean {
  if (!/[LW]/.test(field)) return numbers('day', field, 1, 31).includes(day);
  const wanted = field.startsWith('L') ? lastDay : Math.min(parseInt(field, 10), lastDay);
  if (!field.endsWith('W')) return day === wanted;
  const weekDayOfWanted = (weekDay - 1 + wanted - day + 70) % 7;
  const saturday = wanted > 1 ? -1 : 2;
  const sunday = wanted < lastDay ? 1 : -2;
  const shift = weekDayOfWanted === 6 ? saturday : weekDayOfWanted === 0 ? sunday : 0;
  return day === wanted + shift;
}

/** `6L` is the last Friday of the month, `6#2` its second Friday. */
function isDayOfWeek(field: string, { day, weekDay, lastDay }: CalendarDay): boolean {
  const [name, nth] = field.split('#');
  const isLast = name.length > 1 && name.endsWith('L');
  const matches = numbers('weekDay', isLast ? name.slice(0, -1) : name, 1, 7, WEEK_DAYS).includes(weekDay);
  return matches && (!nth || Math.ceil(day / 7) === Number(nth)) && (!isLast || day + 7 > lastDay);
}

/** Numbers of a field: `*`, `?`, `5`, `1-5`, `1,3`, `0/15`, names. */
function numbers(name: string, field: string, min: number, max: number, names: readonly string[] = []): number[] {
  const number = (text: string): number => {
    const found = names.indexOf(text.toUpperCase());
    const value = found < 0 ? Number(text) : min + found;
    if (Number.isInteger(value) && value >= min && value <= max && text !== '') return value;
    throw new InvalidPropertyError(
      `processing.schedule: ${name} must hold numbers from ${min} to ${max}, got '${field}'`);
  };
  const found = field.split(',').flatMap(part => {
    const [range, step] = part.split('/');
    const [first, last] = /^[*?]$/.test(range) ? [min, max] : range.split('-').map(number);
    const end = last ?? (step ? max : first);
    return Array.from({ length: max - min + 1 }, (_, index) => min + index)
      .filter(value => value >= first && value <= end && (value - first) % Number(step ?? 1) === 0);
  });
  return [...new Set(found)].sort((one, other) => one - other);
}
