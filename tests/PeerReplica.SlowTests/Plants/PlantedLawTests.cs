using PeerReplica.Simulation;
using PeerReplica.Testing;

namespace PeerReplica.SlowTests.Plants;

/// <summary>Each law holds over the library, and is broken over the library with the bug that it is there to find.</summary>
public sealed class PlantedLawTests
{
    public static TheoryData<string> Plants => [.. s_laws.Keys];

    private static readonly Dictionary<string, Func<string?>> s_laws = new()
    {
        ["KeepExpiredOfDeadOrigins"] = ReplicationLaws.ExpiredEntriesOfDeadOriginsAreRemoved,
        ["ApplyBeforePending"] = ReplicationLaws.APendingWriteHasNotObservedWhatArrivesAfterIt,
        ["StableOverLinks"] = ReplicationLaws.TheFloorDoesNotPassAnAbsentMember,
        ["InvertedRelayRank"] = ReplicationLaws.TheLowestIdRelaysFirst,
        ["ForgetIndirectMembers"] = ReplicationLaws.AMemberThatOthersReachIsNotForgotten,
        ["NeverReclaim"] = ReplicationLaws.ALostReplicaIsReclaimed,
        ["AdoptLowestBallot"] = ConsensusLaws.VotersKeepToTheRulesOfPaxos,
        ["AcceptBelowPromise"] = ConsensusLaws.VotersKeepToTheRulesOfPaxos,
        ["StartWithoutCuts"] = EscrowLaws.ASuccessorDecidesNothingBeforeItContainsTheCut,
        ["CountEndedVoters"] = ConsensusLaws.AVoterThatHasEndedDecidesNothing,
        ["SpendReleasedAtOnce"] = EscrowLaws.AReleasedHoldIsNotSpentBeforeTheConsensusKnowsOfIt,
        ["WrapWaitingSum"] = EscrowLaws.WhatCallersWaitForNeverWrapsAround,
        ["RetireOwnName"] = NameLaws.ANameIsResolvedForAsLongAsTheReplicaRuns,
        ["FirstAddressOnly"] = NameLaws.AllAddressesOfANameAreDialed,
        ["ResolveOnce"] = NameLaws.ANameIsResolvedForAsLongAsTheReplicaRuns,
        ["EveryoneIsFirst"] = NameLaws.OnlyTheLowestAddressBeginsAlone,
        ["WaitForLowestAddress"] = NameLaws.ADeadLowestAddressDoesNotKeepAMajorityFromStarting,
        ["ReplicateEveryRead"] = MapLaws.AReadIsReplicatedOnceInATenthOfTheWindow,
        ["TouchAnyValue"] = MapLaws.ATouchPostponesOnlyTheValueThatWasRead,
        ["RemoveAtOnce"] = MapLaws.ATouchOnItsWayWhenTheEntryEndsCounts,
        ["EvictByFirstWrite"] = MapLaws.TheEntryUsedLongestAgoIsEvicted,
        ["KeepWhatArrives"] = MapLaws.WhatArrivesBeyondTheLimitIsEvicted,
        ["CountVotersAhead"] = EscrowLaws.AnAcknowledgmentFromAheadDoesNotCountYet,
    };

    [Theory]
    [MemberData(nameof(Plants))]
    public void A_law_holds_and_finds_the_bug_that_breaks_it(string plant)
    {
        Assert.Null(s_laws[plant]());
        Assert.NotNull(FindPlanted(plant));
    }

    /// <summary>What the law says over the library with the plant. The simulator's own checks may find the plant first.</summary>
    private static object? FindPlanted(string plant)
    {
        try
        {
            return new PlantedLibrary(plant).Call(s_laws[plant]);
        }
        catch (Exception e) when (e.GetType().FullName == typeof(SimulationException).FullName)
        {
            // Of another load context: the same type by name only.
            return e.Message;
        }
    }
}
