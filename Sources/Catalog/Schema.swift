import GRDB

/// The tables, and how older catalogs become newer ones. Migrations are only ever added.
package enum Schema {
  /// What each version of the catalog adds to the one before.
  private static let steps = [
    ("1: collections, documents, segments", first), ("2: tracked runs", second),
    ("3: jobs, keys, feedback, deleted documents", third), ("4: observed questions, drift", fourth),
    ("5: experiments, runs, models", fifth), ("6: gates, predictions", sixth),
    ("7: stages are aliases", seventh), ("8: places of text, headers of tables, files", eighth),
  ]

  /// `PRAGMA user_version` of a catalog that this build writes.
  static let version = steps.count

  package static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for (index, step) in steps.enumerated() {
      migrator.registerMigration(step.0) { database in
        try database.execute(sql: step.1)
        try database.execute(sql: "PRAGMA user_version = \(index + 1)")
      }
    }
    return migrator
  }

  /// Documents and chunks of older catalogs stay as they were cut: without headers, and with pages alone. Each of their
  /// documents is a file of its own, and each of their roots is taken to have been ingested whole.
  private static let eighth = """
    ALTER TABLE document_texts ADD COLUMN places BLOB NOT NULL DEFAULT x'';
    ALTER TABLE chunks ADD COLUMN header_start INTEGER;
    ALTER TABLE chunks ADD COLUMN header_end INTEGER;
    ALTER TABLE sources ADD COLUMN is_whole INTEGER NOT NULL DEFAULT 1;
    CREATE TABLE files (
      row INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      source INTEGER REFERENCES sources(id),
      id TEXT NOT NULL,
      uri TEXT NOT NULL,
      content_hash BLOB NOT NULL,
      stamp_inode INTEGER,
      stamp_bytes INTEGER,
      stamp_modified INTEGER,
      stamp_changed INTEGER,
      stale_reason TEXT,
      stale_since REAL,
      stale_tries INTEGER NOT NULL DEFAULT 0,
      stale_hash BLOB,
      UNIQUE (collection, id)
    );
    CREATE INDEX files_by_source ON files(source);
    CREATE INDEX files_by_hash ON files(collection, content_hash);
    INSERT INTO files (row, collection, source, id, uri, content_hash, stamp_inode, stamp_bytes, stamp_modified,
        stamp_changed)
      SELECT row, collection, source, id, uri, content_hash, stamp_inode, stamp_bytes, stamp_modified, stamp_changed
      FROM documents;
    ALTER TABLE documents ADD COLUMN file INTEGER REFERENCES files(row) ON DELETE CASCADE;
    UPDATE documents SET file = row;
    CREATE INDEX documents_by_file ON documents(file);
    ALTER TABLE documents DROP COLUMN stamp_inode;
    ALTER TABLE documents DROP COLUMN stamp_bytes;
    ALTER TABLE documents DROP COLUMN stamp_modified;
    ALTER TABLE documents DROP COLUMN stamp_changed;
    CREATE TABLE reading_notes (
      file INTEGER NOT NULL REFERENCES files(row) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      path TEXT NOT NULL,
      page INTEGER,
      note TEXT NOT NULL,
      PRIMARY KEY (file, position)
    ) WITHOUT ROWID;
    CREATE TABLE skipped_files (
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      reason TEXT NOT NULL,
      stamp_inode INTEGER,
      stamp_bytes INTEGER,
      stamp_modified INTEGER,
      stamp_changed INTEGER,
      reading TEXT,
      PRIMARY KEY (collection, path)
    ) WITHOUT ROWID;
    """

  /// The newest version in a stage keeps it, as an alias, unless that alias is set.
  private static let seventh = """
    INSERT OR IGNORE INTO model_aliases (model, alias, version)
      SELECT model, lower(stage), max(version) FROM model_versions
      WHERE stage IN ('Production', 'Staging') AND is_deleted = 0 GROUP BY model, stage;
    ALTER TABLE model_versions ADD COLUMN is_archived INTEGER NOT NULL DEFAULT 0;
    UPDATE model_versions SET is_archived = (stage = 'Archived');
    ALTER TABLE model_versions DROP COLUMN stage;
    CREATE VIEW staged_versions AS SELECT v.*, CASE
        WHEN EXISTS (SELECT 1 FROM model_aliases a
          WHERE a.model = v.model AND a.alias = 'production' AND a.version = v.version) THEN 'Production'
        WHEN EXISTS (SELECT 1 FROM model_aliases a
          WHERE a.model = v.model AND a.alias = 'staging' AND a.version = v.version) THEN 'Staging'
        WHEN is_archived THEN 'Archived' ELSE 'None' END AS stage
      FROM model_versions v;
    """

  /// What a gate found is final: the database itself refuses to change it.
  private static let sixth = """
    CREATE TABLE model_gates (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      model TEXT NOT NULL,
      version INTEGER NOT NULL,
      alias TEXT NOT NULL,
      champion INTEGER,
      digest BLOB NOT NULL,
      data_digest TEXT NOT NULL,
      is_passed INTEGER NOT NULL,
      record TEXT NOT NULL
    );
    CREATE INDEX model_gates_by_version ON model_gates(model, version, id);
    CREATE INDEX model_gates_by_data ON model_gates(data_digest);
    CREATE TRIGGER model_gates_are_not_changed BEFORE UPDATE ON model_gates
      BEGIN SELECT RAISE(ABORT, 'what a gate found is never changed'); END;
    CREATE TRIGGER model_gates_are_not_deleted BEFORE DELETE ON model_gates
      BEGIN SELECT RAISE(ABORT, 'what a gate found is never deleted'); END;
    CREATE TABLE predictions (
      id TEXT PRIMARY KEY,
      at REAL NOT NULL,
      model TEXT NOT NULL,
      version INTEGER NOT NULL,
      digest TEXT NOT NULL,
      features TEXT,
      output TEXT NOT NULL,
      seconds REAL NOT NULL,
      label TEXT,
      labelled_at REAL
    ) WITHOUT ROWID;
    CREATE INDEX predictions_by_time ON predictions(model, at);
    CREATE TABLE webhook_deliveries (
      event INTEGER NOT NULL,
      attempt INTEGER NOT NULL,
      at REAL NOT NULL,
      status INTEGER,
      problem TEXT,
      PRIMARY KEY (event, attempt)
    ) WITHOUT ROWID;
    CREATE TABLE model_servers (
      server TEXT NOT NULL,
      model TEXT NOT NULL,
      version INTEGER NOT NULL,
      loaded_at REAL NOT NULL,
      PRIMARY KEY (server, model, version)
    ) WITHOUT ROWID;
    """

  /// Times of experiments, runs and models are milliseconds since 1970: what MLflow's clients send and get back unchanged.
  private static let fifth = """
    CREATE TABLE experiments (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      artifact_location TEXT NOT NULL,
      is_deleted INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL
    );
    INSERT INTO experiments (id, name, artifact_location, created_at, updated_at)
      VALUES (0, 'Default', 'mlflow-artifacts:/0', unixepoch() * 1000, unixepoch() * 1000);
    INSERT INTO experiments (name, artifact_location, created_at, updated_at)
      SELECT experiment, '', CAST(min(started_at) * 1000 AS INTEGER), CAST(max(started_at) * 1000 AS INTEGER) FROM tracked_runs
      GROUP BY experiment ORDER BY min(started_at);
    UPDATE experiments SET artifact_location = 'mlflow-artifacts:/' || id WHERE artifact_location = '';
    CREATE TABLE experiment_tags (
      experiment INTEGER NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (experiment, name)
    ) WITHOUT ROWID;
    CREATE TABLE runs (
      row INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      experiment INTEGER NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      user TEXT NOT NULL DEFAULT '',
      status TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      ended_at INTEGER,
      artifact_uri TEXT NOT NULL,
      is_deleted INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX runs_by_experiment ON runs(experiment, started_at);
    CREATE TABLE run_parameters (
      run INTEGER NOT NULL REFERENCES runs(row) ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    CREATE TABLE run_tags (
      run INTEGER NOT NULL REFERENCES runs(row) ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    CREATE TABLE run_metrics (
      run INTEGER NOT NULL REFERENCES runs(row) ON DELETE CASCADE,
      name TEXT NOT NULL,
      step INTEGER NOT NULL,
      at INTEGER NOT NULL,
      value REAL NOT NULL,
      is_nan INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (run, name, step, at, value, is_nan)
    ) WITHOUT ROWID;
    CREATE TABLE run_latest (
      run INTEGER NOT NULL REFERENCES runs(row) ON DELETE CASCADE,
      name TEXT NOT NULL,
      step INTEGER NOT NULL,
      at INTEGER NOT NULL,
      value REAL NOT NULL,
      is_nan INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    INSERT INTO runs (id, experiment, name, status, started_at, ended_at, artifact_uri)
      SELECT r.id, e.id, r.name, upper(r.status), CAST(r.started_at * 1000 AS INTEGER),
        CAST(r.ended_at * 1000 AS INTEGER),
        e.artifact_location || '/' || r.id || '/artifacts'
      FROM tracked_runs r JOIN experiments e ON e.name = r.experiment ORDER BY r.started_at;
    INSERT INTO run_parameters SELECT r.row, p.name, p.value FROM tracked_parameters p JOIN runs r ON r.id = p.run;
    INSERT INTO run_tags SELECT r.row, t.name, t.value FROM tracked_tags t JOIN runs r ON r.id = t.run;
    INSERT INTO run_metrics (run, name, step, at, value)
      SELECT r.row, m.name, m.step, CAST(m.measured_at * 1000 AS INTEGER), m.value FROM tracked_measures m JOIN runs r ON r.id = m.run;
    INSERT INTO run_latest (run, name, step, at, value) SELECT run, name, step, at, value FROM run_metrics;
    DROP TABLE tracked_tags;
    DROP TABLE tracked_measures;
    DROP TABLE tracked_parameters;
    DROP TABLE tracked_runs;
    CREATE TABLE datasets (
      row INTEGER PRIMARY KEY AUTOINCREMENT,
      experiment INTEGER NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      digest TEXT NOT NULL,
      source_type TEXT NOT NULL,
      source TEXT NOT NULL,
      schema TEXT,
      profile TEXT,
      UNIQUE (experiment, name, digest)
    );
    CREATE TABLE run_inputs (
      run INTEGER NOT NULL REFERENCES runs(row) ON DELETE CASCADE,
      dataset INTEGER NOT NULL REFERENCES datasets(row) ON DELETE CASCADE,
      PRIMARY KEY (run, dataset)
    ) WITHOUT ROWID;
    CREATE TABLE run_input_tags (
      run INTEGER NOT NULL REFERENCES runs(row) ON DELETE CASCADE,
      dataset INTEGER NOT NULL REFERENCES datasets(row) ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (run, dataset, name)
    ) WITHOUT ROWID;
    CREATE TABLE run_models (
      run INTEGER NOT NULL REFERENCES runs(row) ON DELETE CASCADE,
      model TEXT NOT NULL,
      is_output INTEGER NOT NULL,
      step INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (run, model, is_output, step)
    ) WITHOUT ROWID;
    CREATE TABLE logged_models (
      id TEXT PRIMARY KEY,
      experiment INTEGER NOT NULL REFERENCES experiments(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      source_run TEXT,
      model_type TEXT,
      status TEXT NOT NULL,
      artifact_uri TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      is_deleted INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE INDEX logged_models_by_experiment ON logged_models(experiment, created_at);
    CREATE TABLE logged_model_parameters (
      model TEXT NOT NULL REFERENCES logged_models(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (model, name)
    ) WITHOUT ROWID;
    CREATE TABLE logged_model_tags (
      model TEXT NOT NULL REFERENCES logged_models(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (model, name)
    ) WITHOUT ROWID;
    CREATE TABLE logged_model_metrics (
      model TEXT NOT NULL REFERENCES logged_models(id) ON DELETE CASCADE,
      run INTEGER NOT NULL REFERENCES runs(row) ON DELETE CASCADE,
      name TEXT NOT NULL,
      step INTEGER NOT NULL,
      at INTEGER NOT NULL,
      value REAL NOT NULL,
      is_nan INTEGER NOT NULL DEFAULT 0,
      dataset_name TEXT,
      dataset_digest TEXT,
      PRIMARY KEY (model, run, name, step, at, value, is_nan)
    ) WITHOUT ROWID;
    CREATE TABLE artifacts (
      path TEXT PRIMARY KEY,
      digest BLOB NOT NULL,
      bytes INTEGER NOT NULL,
      created_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE registered_models (
      name TEXT PRIMARY KEY,
      description TEXT NOT NULL DEFAULT '',
      next_version INTEGER NOT NULL DEFAULT 1,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      is_deleted INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE TABLE registered_model_tags (
      model TEXT NOT NULL REFERENCES registered_models(name) ON UPDATE CASCADE ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (model, name)
    ) WITHOUT ROWID;
    CREATE TABLE model_versions (
      model TEXT NOT NULL REFERENCES registered_models(name) ON UPDATE CASCADE ON DELETE CASCADE,
      version INTEGER NOT NULL,
      description TEXT NOT NULL DEFAULT '',
      source TEXT NOT NULL,
      location TEXT NOT NULL,
      digest BLOB,
      run TEXT,
      run_link TEXT,
      logged_model TEXT,
      stage TEXT NOT NULL DEFAULT 'None',
      user TEXT NOT NULL DEFAULT '',
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      is_deleted INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (model, version)
    ) WITHOUT ROWID;
    CREATE TABLE model_version_tags (
      model TEXT NOT NULL,
      version INTEGER NOT NULL,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (model, version, name),
      FOREIGN KEY (model, version) REFERENCES model_versions(model, version) ON UPDATE CASCADE ON DELETE CASCADE
    ) WITHOUT ROWID;
    CREATE TABLE model_aliases (
      model TEXT NOT NULL,
      alias TEXT NOT NULL,
      version INTEGER NOT NULL,
      PRIMARY KEY (model, alias),
      FOREIGN KEY (model, version) REFERENCES model_versions(model, version) ON UPDATE CASCADE ON DELETE CASCADE
    ) WITHOUT ROWID;
    CREATE TABLE model_history (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      model TEXT NOT NULL,
      action TEXT NOT NULL,
      subject TEXT NOT NULL,
      old TEXT,
      new TEXT,
      gate INTEGER,
      reason TEXT,
      hash BLOB NOT NULL
    );
    CREATE INDEX model_history_by_model ON model_history(model, id);
    """

  private static let fourth = """
    CREATE TABLE observation_key (
      key BLOB NOT NULL
    );
    INSERT INTO observation_key (key) VALUES (randomblob(32));
    CREATE TABLE observed_questions (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      asked_at REAL NOT NULL,
      text_hash BLOB NOT NULL,
      words INTEGER NOT NULL,
      hits INTEGER NOT NULL,
      top_score REAL,
      score_gap REAL,
      is_abstained INTEGER,
      confidence REAL,
      answer TEXT,
      text TEXT,
      model TEXT,
      vector BLOB
    );
    CREATE INDEX observed_questions_by_time ON observed_questions(collection, asked_at);
    CREATE TABLE drift_baselines (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      created_at REAL NOT NULL,
      starts_at REAL NOT NULL,
      ends_at REAL NOT NULL,
      content BLOB NOT NULL
    );
    CREATE INDEX drift_baselines_by_collection ON drift_baselines(collection, id);
    CREATE TABLE drift_windows (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      baseline INTEGER NOT NULL REFERENCES drift_baselines(id) ON DELETE CASCADE,
      starts_at REAL NOT NULL,
      ends_at REAL NOT NULL,
      checked_at REAL NOT NULL,
      verdict TEXT NOT NULL,
      is_alarm INTEGER NOT NULL,
      result TEXT NOT NULL,
      UNIQUE (baseline, starts_at, ends_at)
    );
    """

  private static let third = """
    CREATE TABLE jobs (
      id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      collection TEXT NOT NULL,
      owner TEXT NOT NULL,
      state TEXT NOT NULL,
      request TEXT NOT NULL,
      idempotency_key TEXT,
      request_hash BLOB NOT NULL,
      report TEXT,
      created_at REAL NOT NULL,
      started_at REAL,
      ended_at REAL,
      UNIQUE (owner, idempotency_key)
    ) WITHOUT ROWID;
    CREATE INDEX jobs_by_time ON jobs(created_at);
    CREATE TABLE api_keys (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      hash BLOB NOT NULL,
      scopes TEXT NOT NULL,
      labels TEXT NOT NULL,
      rate_limit INTEGER,
      created_at REAL NOT NULL,
      expires_at REAL,
      revoked_at REAL
    ) WITHOUT ROWID;
    CREATE TABLE feedback (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      answer TEXT NOT NULL,
      key TEXT NOT NULL,
      rating TEXT NOT NULL,
      comment TEXT,
      created_at REAL NOT NULL
    );
    CREATE INDEX feedback_by_answer ON feedback(answer);
    CREATE TABLE deleted_documents (
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      id TEXT NOT NULL,
      deleted_at REAL NOT NULL,
      PRIMARY KEY (collection, id)
    ) WITHOUT ROWID;
    """

  private static let second = """
    CREATE TABLE tracked_runs (
      id TEXT PRIMARY KEY,
      experiment TEXT NOT NULL,
      name TEXT NOT NULL,
      status TEXT NOT NULL,
      started_at REAL NOT NULL,
      ended_at REAL
    ) WITHOUT ROWID;
    CREATE INDEX tracked_runs_by_experiment ON tracked_runs(experiment, started_at);
    CREATE TABLE tracked_parameters (
      run TEXT NOT NULL REFERENCES tracked_runs(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    CREATE TABLE tracked_measures (
      run TEXT NOT NULL REFERENCES tracked_runs(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      step INTEGER NOT NULL,
      measured_at REAL NOT NULL,
      value REAL NOT NULL,
      PRIMARY KEY (run, name, step, measured_at, value)
    ) WITHOUT ROWID;
    CREATE TABLE tracked_tags (
      run TEXT NOT NULL REFERENCES tracked_runs(id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (run, name)
    ) WITHOUT ROWID;
    """

  private static let first = """
    CREATE TABLE collections (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE,
      version INTEGER NOT NULL DEFAULT 0,
      serving_generation INTEGER,
      next_segment INTEGER NOT NULL DEFAULT 1,
      created_at REAL NOT NULL
    );
    CREATE TABLE generations (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      configuration TEXT NOT NULL,
      created_at REAL NOT NULL
    );
    CREATE TABLE sources (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      label TEXT NOT NULL,
      root TEXT NOT NULL,
      UNIQUE (collection, label),
      UNIQUE (collection, root)
    );
    CREATE TABLE documents (
      row INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      id TEXT NOT NULL,
      source INTEGER REFERENCES sources(id),
      uri TEXT NOT NULL,
      format TEXT NOT NULL,
      title TEXT,
      language TEXT,
      content_hash BLOB NOT NULL,
      stamp_inode INTEGER,
      stamp_bytes INTEGER,
      stamp_modified INTEGER,
      stamp_changed INTEGER,
      metadata TEXT NOT NULL,
      ingested_at REAL NOT NULL,
      UNIQUE (collection, id)
    );
    CREATE INDEX documents_by_source ON documents(source);
    CREATE TABLE document_texts (
      document INTEGER PRIMARY KEY REFERENCES documents(row) ON DELETE CASCADE,
      structure TEXT NOT NULL,
      text BLOB NOT NULL
    );
    CREATE TABLE segments (
      row INTEGER PRIMARY KEY AUTOINCREMENT,
      generation INTEGER NOT NULL REFERENCES generations(id) ON DELETE CASCADE,
      number INTEGER NOT NULL,
      chunk_count INTEGER NOT NULL,
      deletes_generation INTEGER NOT NULL DEFAULT 0,
      deleted_count INTEGER NOT NULL DEFAULT 0,
      manifest TEXT NOT NULL,
      stamps TEXT NOT NULL,
      UNIQUE (generation, number)
    );
    CREATE TABLE chunks (
      generation INTEGER NOT NULL REFERENCES generations(id) ON DELETE CASCADE,
      id BLOB NOT NULL,
      document INTEGER NOT NULL REFERENCES documents(row) ON DELETE CASCADE,
      segment INTEGER NOT NULL,
      ordinal INTEGER NOT NULL,
      position INTEGER NOT NULL,
      start INTEGER NOT NULL,
      "end" INTEGER NOT NULL,
      page INTEGER,
      heading_path TEXT NOT NULL,
      PRIMARY KEY (generation, id)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX chunks_by_document ON chunks(document, generation, position);
    CREATE UNIQUE INDEX chunks_by_segment ON chunks(generation, segment, ordinal);
    CREATE TABLE failures (
      collection INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      path TEXT NOT NULL,
      reason TEXT NOT NULL,
      failed_at REAL NOT NULL,
      PRIMARY KEY (collection, path)
    ) WITHOUT ROWID;
    CREATE TABLE embedding_cache (
      key BLOB PRIMARY KEY,
      vector BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE answers (
      id TEXT PRIMARY KEY,
      collection TEXT NOT NULL,
      question TEXT NOT NULL,
      lineage TEXT NOT NULL,
      details TEXT NOT NULL,
      created_at REAL NOT NULL
    ) WITHOUT ROWID;
    """
}
