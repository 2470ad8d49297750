// Package zones keeps zones in memory, from zone files or a transfer, and answers from
// them as their authoritative server would. It is a resolve.Zones.
package zones
