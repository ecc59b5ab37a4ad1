import { aws_budgets as budgets, aws_sns as sns, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { allowPublishing } from './topic-access';
import { InvalidPropertyError, requireBetween } from '../private/validate';

/** The options of monitoring that make a budget. */
interface BudgetProps {
  readonly monthlyBudget?: number;
  readonly budgetEmails?: string[];
  readonly alarmTopics?: sns.ITopic[];
}

/** Limits of AWS: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/management-limits.html */
const MAX_EMAILS = 10;
const MAX_USD = 1_000_000_000;

/** CloudFormation puts it on every resource that can have tags. */
const STACK_NAME_TAG = 'aws:cloudformation:stack-name';

/**
 * Creates a budget of the scope's stack, if one is set. A notification takes one topic, and there is no second
 * notification of the same kind.
 *
 * @throws InvalidPropertyError
 */
export function createBudget(scope: Construct, id: string, props: BudgetProps): void {
  validateBudget(props);
  const { monthlyBudget, budgetEmails = [], alarmTopics: [topic] = [] } = props;
  if (monthlyBudget === undefined) return;
  if (topic) allowPublishing(scope, topic, { sid: 'Budget', service: 'budgets.amazonaws.com' });
  const subscribers = [
    ...(topic ? [{ subscriptionType: 'SNS', address: topic.topicArn }] : []),
    ...budgetEmails.map(address => ({ subscriptionType: 'EMAIL', address })),
  ];
  new budgets.CfnBudget(scope, id, {
    budget: {
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyBudget, unit: 'USD' },
      costFilters: { TagKeyValue: [`${STACK_NAME_TAG}$${Stack.of(scope).stackName}`] },
    },
    notificationsWithSubscribers: ['ACTUAL', 'FORECASTED'].map(notificationType => ({
      notification: {
        notificationType, comparisonOperator: 'GREATER_THAN', threshold: 100, thresholdType: 'PERCENTAGE',
      },
      subscribers,
    })),
  });
}

function validateBudget({ monthlyBudget, budgetEmails = [], alarmTopics = [] }: BudgetProps): void {
  requireBetween('monitoring.monthlyBudget', monthlyBudget, 1, MAX_USD);
  if (budgetEmails.length > MAX_EMAILS) {
    throw new InvalidPropertyError(
      `monitoring.budgetEmails must have at most ${MAX_EMAILS} addresses, got ${budgetEmails.length}: `
      + 'subscribe more to one of monitoring.alarmTopics');
  }
  if (monthlyBudget === undefined && budgetEmails.length > 0) {
    throw new InvalidPropertyError(
      'monitoring.budgetEmails hear of monitoring.monthlyBudget, which is not set: set it, or leave them out');
  }
  if (monthlyBudget !== undefined && budgetEmails.length + alarmTopics.length === 0) {
    throw new InvalidPropertyError(
      'monitoring.monthlyBudget has nobody to tell: set monitoring.alarmTopics or monitoring.budgetEmails');
  }
}
