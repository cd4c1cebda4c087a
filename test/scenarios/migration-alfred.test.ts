import { describeMigration } from "../support/migration.ts";

describeMigration("alfred");
