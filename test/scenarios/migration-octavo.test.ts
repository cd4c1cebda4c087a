import { describeMigration } from "../support/migration.ts";

describeMigration("octavo");
