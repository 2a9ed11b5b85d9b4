// The tables as Kysely sees them. Times are ISO 8601 UTC, JSON columns are text, booleans 0 or 1.
import type { Generated } from 'kysely';

export type ArmColumn = 'assisted' | 'unassisted' | 'after-draft';

export interface Tables {
  study: {
    id: string;
    name: string;
    modality: 'CT' | 'MR' | 'other';
    is_demo: 0 | 1;
    seed: number;
    created_at: string;
    design: Generated<string>;
    bundle: Generated<string | null>;
    signing_key: Generated<string | null>;
  };
  structure: { id: string; label: number; name: string; colour: string; position: number };
  reader: {
    id: string;
    name: string;
    role: 'coordinator' | 'reader' | 'auditor';
    passphrase_hash: string;
    colour: string;
    position: number;
    created_at: string;
    failed_tries: Generated<number>;
    locked_until: Generated<string | null>;
  };
  session: {
    id: string;
    /** 0 is the qualification. */
    number: number;
    name: string;
    arm: ArmColumn;
    washout_days: number;
    share: Generated<number>;
  };
  volume: {
    id: string;
    sha256: string;
    file_name: string;
    format: 'nifti' | 'nrrd' | 'mha' | 'dicom';
    byte_length: number;
    /** Below `volumes/`: a file, or a folder of DICOM files. */
    stored_path: string;
    series: string | null;
    original_grid: string;
    reorientation: string;
    grid: string;
    voxel_type: 'uint8' | 'int16' | 'uint16' | 'float32';
    minimum: number;
    maximum: number;
    modality: string | null;
    sequence: string | null;
    frame_of_reference: string | null;
    window_width: number;
    window_level: number;
    warnings: string;
    thumbnail: Uint8Array | null;
    created_at: string;
  };
  case: {
    id: string;
    name: string;
    volume_id: string;
    position: number;
    created_at: string;
    purpose: Generated<'study' | 'qualification'>;
    reference_revision_id: Generated<string | null>;
  };
  model: {
    id: string;
    name: string;
    version: string;
    sha256: string;
    manifest: string;
    first_used_at: string;
  };
  assignment: {
    id: string;
    session_id: string;
    reader_id: string;
    case_id: string;
    position: number;
    arm: ArmColumn;
  };
  linked_volume: {
    id: string;
    case_id: string;
    volume_id: string;
    name: string;
    position: number;
    warnings: string;
    created_at: string;
  };
  read: {
    id: string;
    /** Null for a consensus, which has no assignment. */
    assignment_id: string | null;
    consensus_id: Generated<string | null>;
    version: number;
    state: 'draft' | 'sealed' | 'superseded';
    source: 'concord' | 'import';
    base_revision_id: string | null;
    last_seq: number;
    active_seconds: number;
    opened_at: string;
    sealed_at: string | null;
    sealed_revision_id: string | null;
    sealed_sha256: string | null;
    reopen_reason: string | null;
    lease_token: string | null;
    lease_expires_at: string | null;
    /** `host:pid` of the process that granted the lease: a dead process holds nothing. */
    lease_process: string | null;
    first_draft_at: Generated<string | null>;
    first_draft_revision_id: Generated<string | null>;
    beat_at: Generated<string | null>;
  };
  mask_revision: {
    id: string;
    read_id: string | null;
    case_id: string;
    kind: 'proposal' | 'snapshot' | 'sealed' | 'imported' | 'revision';
    patch_seq: number;
    bytes: Uint8Array;
    sha256: string;
    counts: string;
    provenance: string | null;
    created_at: string;
  };
  mask_patch: {
    read_id: string;
    seq: number;
    kind: 'edit' | 'undo' | 'redo';
    target: number | null;
    tool: string;
    label: number;
    voxels: number;
    milliseconds: number;
    bytes: Uint8Array | null;
    at: string;
  };
  form_question: {
    id: string;
    position: number;
    text: string;
    scale: 'nominal' | 'ordinal' | 'interval';
    levels: string | null;
    minimum: number | null;
    maximum: number | null;
    unit: string | null;
    scope: 'case' | 'structure';
    required: 0 | 1;
    moment: 'before' | 'after';
  };
  form_answer: { read_id: string; question_id: string; label: number; value: string; at: string };
  qualification_result: {
    read_id: string;
    reference_revision_id: string;
    pass_mark: number;
    dice: string;
    passed: 0 | 1;
    at: string;
  };
  consensus: {
    id: string;
    case_id: string;
    state: 'draft' | 'sealed';
    revision_id: string;
    provenance: string;
    created_by: string;
    created_at: string;
    sealed_at: string | null;
  };
  bundle: {
    id: string;
    reader_id: string;
    made_at: string;
    made_by: string;
    verify_key: string;
    return_identity: string;
  };
  instruction_picture: {
    id: string;
    position: number;
    sha256: string;
    media_type: 'image/png' | 'image/jpeg';
    byte_length: number;
    width: number;
    height: number;
    caption: string;
    /** 0 is the study as a whole. */
    label: number;
    at: string;
  };
  bundle_merge: { sha256: string; bundle_id: string; merged_at: string; report: string };
  job: {
    id: string;
    kind: 'import' | 'inference' | 'agreement' | 'bundle';
    title: string;
    state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
    read_id: string | null;
    created_by: string | null;
    created_at: string;
    ended_at: string | null;
    code: string | null;
    reason: string | null;
    notes: string | null;
    result: string | null;
    /** `host:pid:nonce` of the process that runs it. */
    process: Generated<string | null>;
  };
  display: { reader_id: string; scope: string; value: string; at: string };
  annotation: {
    id: string;
    read_id: string;
    kind: 'ruler' | 'angle' | 'ellipse';
    plane: 'axial' | 'coronal' | 'sagittal' | 'oblique';
    slice: number | null;
    points: string;
    value: number;
    statistics: string | null;
    at: string;
    oblique: string | null;
  };
  agreement_run: {
    id: string;
    metric_version: string;
    inputs: string;
    exclusions: string;
    computed_at: string;
  };
  agreement_result: {
    run_id: string;
    position: number;
    comparison: 'inter' | 'intra' | 'ai';
    case_id: string;
    structure_label: number;
    a_revision_id: string;
    b_revision_id: string;
    result: string;
  };
  agreement_pair: {
    a_revision_id: string;
    b_revision_id: string;
    structure_label: number;
    metric_version: string;
    result: string;
  };
  audit_event: {
    seq: number;
    at: string;
    actor: string;
    action: string;
    subject: string;
    details: string;
    previous_hash: string;
    hash: string;
  };
}
