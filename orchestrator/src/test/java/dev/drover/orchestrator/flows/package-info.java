/** One test for each flow file of the orchestrator. */
package dev.drover.orchestrator.flows;
