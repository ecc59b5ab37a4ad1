import { awscdk } from 'projen';

/** Actions that projen names by tag, which can be moved -> the commit of that tag. projen pins the others itself. */
const COMMITS: Record<string, string> = {
  'actions/setup-java@v6.0.0': 'dd06d9cba3e5552c54d9f8ea23572deb30010f7c',
  'actions/setup-node@v7.0.0': '820762786026740c76f36085b0efc47a31fe5020',
  'actions/setup-python@v7.0.0': '5fda3b95a4ea91299a34e894583c3862153e4b97',
  'peter-evans/create-pull-request@v8.1.1': '5f6978faf089d4d20b00c7766989d076bb2fc7f1',
};

/** Pins the workflows' actions. test/workflows.test.ts fails when a new projen names another tag. */
export function pinActions(project: awscdk.AwsCdkConstructLibrary) {
  for (const [action, commit] of Object.entries(COMMITS)) {
    project.github?.actions.set(action, `${action.split('@', 1)[0]}@${commit}`);
  }
}
