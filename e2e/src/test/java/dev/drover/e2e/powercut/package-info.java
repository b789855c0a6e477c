/** What the stores have after a power cut: their system calls are recorded and cut anywhere. */
package dev.drover.e2e.powercut;
