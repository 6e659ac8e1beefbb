package simulation

import (
	"flag"
	"testing"
)

var (
	schedules = flag.Int("schedules", 2000, "how many schedules to run")
	first     = flag.Uint64("seed", 1, "the seed of the first schedule")
)

func TestEveryScheduleEndsAsTheFeedPrescribes(t *testing.T) {
	for i := range *schedules {
		if failure := Run(*first+uint64(i), NoBug); failure != nil {
			t.Fatal(failure)
		}
	}
}

func TestPlantedBugsAreFound(t *testing.T) {
	for _, bug := range []Bug{DropWake, DropCondition, AcknowledgeFirst} {
		t.Run(string(bug), func(t *testing.T) {
			const limit = 2000
			for seed := uint64(1); seed <= limit; seed++ {
				if failure := Run(seed, bug); failure != nil {
					t.Logf("found with %v", failure)
					return
				}
			}
			t.Errorf("not found in %d schedules", limit)
		})
	}
}
