/** Everything is fetched anew: {@code 09-sync-full}. */
package dev.drover.orchestrator.sync.full;
