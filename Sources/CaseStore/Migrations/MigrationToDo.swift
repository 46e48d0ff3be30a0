/// Tickets in the order of what to do next, so that a page of a list, and a finding's, need no sort of them all. The
/// expressions are those of `CaseDatabase.tickets`: changed there, they no longer serve. Frozen: a change is a new migration.
enum MigrationToDo {
  static let identifier = "to-do"

  static let sql = """
    CREATE INDEX ticket_to_do ON ticket (
      CASE state WHEN 'open' THEN 0 WHEN 'proposed' THEN 1 WHEN 'acknowledged' THEN 2 WHEN 'on_hold' THEN 3
        WHEN 'resolved' THEN 4 ELSE 5 END,
      CASE severity WHEN 'critical' THEN 0 WHEN 'major' THEN 1 ELSE 2 END, updated_ms DESC, id, state);
    CREATE INDEX ticket_of_finding_to_do ON ticket (
      finding,
      CASE state WHEN 'open' THEN 0 WHEN 'proposed' THEN 1 WHEN 'acknowledged' THEN 2 WHEN 'on_hold' THEN 3
        WHEN 'resolved' THEN 4 ELSE 5 END,
      CASE severity WHEN 'critical' THEN 0 WHEN 'major' THEN 1 ELSE 2 END, updated_ms DESC, id, state);
    DROP INDEX ticket_of_finding;
    """
}
