/**
 * Reading of the mall's data: {@code 12-entity-reads}, and the checksums of {@code 05-operations}.
 */
package dev.drover.orchestrator.reads;
