/**
 * The mall's durable uplink (document 1, section 9.3; ARCHITECTURE, section 7): every write to
 * central is accepted, numbered, queued, uploaded in order, and accounted for.
 */
package dev.drover.orchestrator.uplink;
