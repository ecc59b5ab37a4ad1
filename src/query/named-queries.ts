/** A query that is saved in the workgroup as a starting point. */
export interface SavedQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

/** Every query filters by the partition column, so that it reads a week and not the whole history. */
const LAST_WEEK = "received_date >= date_add('day', -7, current_date)";

/** The events of visitors with the number of their session, which ends after 30 minutes without an event. */
const SESSION_EVENTS = `WITH activity AS (
  SELECT app_id, coalesce(user_id, anonymous_id) AS visitor, event_ts, event_type, page_path,
    utm_source, utm_medium, utm_campaign, channel_group,
    row_number() OVER (PARTITION BY app_id, coalesce(user_id, anonymous_id)
      ORDER BY event_ts, received_ts, event_key, event_check) AS event_number
  FROM events
  WHERE ${LAST_WEEK} AND NOT is_bot AND coalesce(user_id, anonymous_id) IS NOT NULL
), marked AS (
  SELECT *, CASE WHEN date_diff('second',
      lag(event_ts) OVER (PARTITION BY app_id, visitor ORDER BY event_number), event_ts) < 1800
    THEN 0 ELSE 1 END AS starts
  FROM activity
), numbered AS (
  SELECT *, sum(starts) OVER (PARTITION BY app_id, visitor ORDER BY event_number
    ROWS UNBOUNDED PRECEDING) AS session_number
  FROM marked
)`;

/** The channel that a session began with. An event that is no arrival has none. */
const SESSION_CHANNEL = 'min_by(channel_group, event_number) FILTER (WHERE channel_group IS NOT NULL) AS channel_group';

/** Queries in Athena's SQL, on the tables of the contract. */
export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    name: 'daily_metrics',
    description: 'Events, visitors and page views per day and application, last 7 days, without robots',
    sql: `SELECT event_date, app_id,
  count(*) AS events,
  count(DISTINCT coalesce(user_id, anonymous_id)) AS visitors,
  count_if(event_type = 'page') AS page_views
FROM events
WHERE ${LAST_WEEK} AND NOT is_bot
GROUP BY event_date, app_id
ORDER BY event_date DESC, events DESC`,
  },
  {
    name: 'page_views',
    description: 'Most viewed pages, last 7 days, without robots',
    sql: `SELECT page_host, page_path, count(*) AS views, count(DISTINCT coalesce(user_id, anonymous_id)) AS visitors
FROM events
WHERE ${LAST_WEEK} AND event_type = 'page' AND NOT is_bot
GROUP BY page_host, page_path
ORDER BY views DESC
LIMIT 100`,
  },
  {
    name: 'sessions',
    description:
      'Sessions (ended by 30 minutes without an event) with their campaign and channel, last 7 days, without robots',
    sql: `${SESSION_EVENTS}
SELECT app_id, visitor, session_number,
  min(event_ts) AS started, max(event_ts) AS ended, count(*) AS events, count_if(event_type = 'page') AS page_views,
  min_by(page_path, event_ts) AS landing_page, min_by(utm_source, event_ts) AS utm_source,
  min_by(utm_medium, event_ts) AS utm_medium, min_by(utm_campaign, event_ts) AS utm_campaign,
  ${SESSION_CHANNEL}
FROM numbered
GROUP BY app_id, visitor, session_number
ORDER BY started DESC`,
  },
  {
    name: 'channels',
    description: 'Sessions and visitors by marketing channel, last 7 days, without robots',
    sql: `${SESSION_EVENTS}, sessions AS (
  SELECT app_id, visitor, session_number, ${SESSION_CHANNEL}
  FROM numbered
  GROUP BY app_id, visitor, session_number
)
SELECT app_id, channel_group, count(*) AS sessions, count(DISTINCT visitor) AS visitors
FROM sessions
GROUP BY app_id, channel_group
ORDER BY sessions DESC`,
  },
  {
    name: 'users_latest',
    description: 'Latest traits and activity of each identified user, last 7 days',
    sql: `SELECT app_id, user_id, max(event_ts) AS last_seen, count(*) AS events,
  max_by(anonymous_id, event_ts) AS anonymous_id, max_by(traits, event_ts) FILTER (WHERE traits IS NOT NULL) AS traits
FROM events
WHERE ${LAST_WEEK} AND user_id IS NOT NULL
GROUP BY app_id, user_id
ORDER BY last_seen DESC`,
  },
  {
    name: 'bad_event_summary',
    description: 'Bad events by reason, with an example of each, last 7 days',
    // The content of one bad event may take several rows, its parts.
    sql: `SELECT protocol, stage, error_code, count_if(coalesce(raw_part, 0) = 0) AS bad_events,
  max(received_ts) AS last_seen, max_by(error_message, received_ts) AS example,
  max_by(error_path, received_ts) AS example_path
FROM bad_events
WHERE ${LAST_WEEK}
GROUP BY protocol, stage, error_code
ORDER BY bad_events DESC`,
  },
  {
    name: 'freshness',
    description: 'Seconds from the collector to the row, per hour, last 7 days',
    sql: `SELECT date_trunc('hour', received_ts) AS hour, count(*) AS events,
  approx_percentile(date_diff('millisecond', received_ts, processed_ts) / 1000.0, 0.5) AS median_seconds,
  approx_percentile(date_diff('millisecond', received_ts, processed_ts) / 1000.0, 0.95) AS p95_seconds
FROM events
WHERE ${LAST_WEEK}
GROUP BY 1
ORDER BY 1 DESC`,
  },
];
