import type { DashboardAssets } from './get-dashboard.ts';

/** JSON, put in by the build (scripts/build-app.ts); run from source, the app has no page. */
declare const DASHBOARD_ASSETS: string | undefined;

/** The page and its parts; a part of its own in the bundle, for few starts are asked for it. */
export const dashboardAssets: DashboardAssets =
  typeof DASHBOARD_ASSETS === 'undefined' ? {} : JSON.parse(DASHBOARD_ASSETS);
