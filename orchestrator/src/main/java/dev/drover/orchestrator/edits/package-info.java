/** Edits at the mall, and how central hears of them: {@code 14-edge-edits}. */
package dev.drover.orchestrator.edits;
