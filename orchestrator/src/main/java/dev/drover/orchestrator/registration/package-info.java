/** How a mall gets its token and keeps it: {@code 01-registration}. */
package dev.drover.orchestrator.registration;
