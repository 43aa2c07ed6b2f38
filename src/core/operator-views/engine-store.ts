/** Where the durable engine keeps its orchestrations, named by the setting that leads there: what an operator looks at. */
export type EngineStore =
  | 'AzureWebJobsStorage'
  | 'HubStorage__tableServiceUri'
  | 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING';
