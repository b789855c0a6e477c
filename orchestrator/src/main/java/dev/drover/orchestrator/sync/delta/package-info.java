/** What changed is fetched, and devices hear of it: {@code 10-sync-delta}. */
package dev.drover.orchestrator.sync.delta;
