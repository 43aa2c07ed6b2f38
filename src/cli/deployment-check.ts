/** What one check of a deployment found. */
export interface DeploymentCheck {
  readonly name: string;
  readonly result: string;
  readonly detail: string;
  readonly remedy?: string;
}
