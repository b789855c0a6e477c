/** The cache is compared with central's data and repaired: {@code 11-sync-verify}. */
package dev.drover.orchestrator.sync.verify;
