/** The rights that Pomerium needs, and whether the user of a connection has them. */
export interface Rights {
  /** Create schemas. PostgreSQL asks for it even if the schema exists already. */
  creates: boolean;
  /** Use the schema `pomerium`, and make tables in it. True without the schema. */
  usesSchema: boolean;
  /** Own the tables of the schema: a new release of Pomerium changes them. True without tables. */
  ownsTables: boolean;
  /** Nothing can be written: a standby, or a setting of the user or the database. */
  isReadOnly: boolean;
}

/**
 * Pomerium creates the schema `pomerium` and its tables at every start, and a new release changes the tables.
 *
 * @see https://github.com/pomerium/pomerium/blob/v0.33.1/pkg/storage/postgres/migrate.go
 */
export const rightsQuery = `
SELECT
  has_database_privilege(current_database(), 'CREATE') AS "creates",
  coalesce((SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE')
    FROM pg_namespace WHERE nspname = 'pomerium'), true) AS "usesSchema",
  coalesce((SELECT bool_and(pg_has_role(c.relowner, 'USAGE'))
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'pomerium' AND c.relkind IN ('r', 'p')), true) AS "ownsTables",
  (pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on') AS "isReadOnly"
`;

/** What Pomerium would lack, each with the statement that gives it. */
export function missingRights({ creates, usesSchema, ownsTables, isReadOnly }: Rights): string[] {
  return [
    ...(isReadOnly
      ? ["the database takes no writes: it is a standby, or set to read only; name the primary server"]
      : []),
    ...(creates
      ? []
      : [
          "the user may not create the schema `pomerium`, which Pomerium does at every start; run as the database's owner: GRANT CREATE ON DATABASE … TO …",
        ]),
    ...(usesSchema
      ? []
      : [
          "the user may not use the schema `pomerium` that is there; run as its owner: GRANT ALL ON SCHEMA pomerium TO …",
        ]),
    ...(ownsTables
      ? []
      : [
          "tables of the schema `pomerium` belong to somebody else, and a new release of Pomerium changes them; run as a superuser for each: ALTER TABLE … OWNER TO …",
        ]),
  ];
}
