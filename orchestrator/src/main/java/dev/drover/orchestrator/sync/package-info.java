/**
 * What the sync flows share, and {@code 08-sync-plan} (document 1, section 3; document 2, step 4;
 * The order of the steps, what is tried again and what is acknowledged when stand in
 * {@code routes/orchestrator}; here are the algorithms that they name.
 */
package dev.drover.orchestrator.sync;
