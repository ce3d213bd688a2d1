namespace PeerReplica.Plants;

/// <summary>Plants in what keeps bounded counters and pools from being oversold: accounts, holds, consensus.</summary>
internal static class TicketPlants
{
    private const string AccountConsensus = "Escrow/AccountConsensus.cs";

    public static Plant[] All { get; } =
    [
        // A transfer of rights and a limit count before a quorum has acknowledged them.
        new("TrustTransfers",
            new PlantEdit("Escrow/EscrowView.cs", "        var known = _acked.GetValueOrDefault(account);\n", "        if (PLANTED) return SinceOf(account);\n        var known = _acked.GetValueOrDefault(account);\n")),

        // A replica forms the cluster without the others' bootstrap votes.
        new("FormAlone",
            new PlantEdit("Replication/ReplicaCore.Escrow.cs", "if (_options.ExpectedReplicas > 0) return", "if (_options.ExpectedReplicas > 0 && !PLANTED) return"),
            new PlantEdit(AccountConsensus, "var isBound = Own.BootstrapVote.Length > 0 && AllSay(", "var isBound = Own.BootstrapVote.Length > 0 && (PLANTED || AllSay("),
            new PlantEdit(AccountConsensus, "Own.BootstrapVote, static r => r.BootstrapVote);\n        view.VotedBootstrapId", "Own.BootstrapVote, static r => r.BootstrapVote));\n        view.VotedBootstrapId")),

        // What a closed account is known to have taken counts as all that it took.
        new("CloseWithoutFence",
            new PlantEdit("Escrow/ConsensusAgenda.cs", "        new(side.Limit, side.Granted, ", "        new(PLANTED ? side.Net : side.Limit, side.Granted, ")),

        // The closing of an account forgets what others gave to it: its successor inherits too little, and the givers have it again.
        new("ForgetReceipts",
            new PlantEdit("Escrow/ConsensusAgenda.cs", "if (transfer.To == account) receipts.Add", "if (transfer.To == account && !PLANTED) receipts.Add")),

        // A hold that is confirmed again is taken again.
        new("ConfirmTwice",
            new PlantEdit("Escrow/ReservationAuthority.cs", "private static bool IsAbout(ReservationRequest request, ReservationRecord? record) => request.Seen == (record?.Version ?? 0);",
                "private bool IsAbout(ReservationRequest request, ReservationRecord? record) => request.Seen == (record?.Version ?? 0) || (PLANTED && request.Verb == ReservationVerb.Confirm && record?.By != self);"),
            new PlantEdit("Escrow/ReservationAuthority.cs", "            ReservationVerb.Cancel when isThisHold",
                "            ReservationVerb.Confirm when state == ReservationState.Taken && PLANTED && !record!.Answers(asker, request.Ticket) => record! with { By = asker, Ticket = request.Ticket },\n            ReservationVerb.Cancel when isThisHold")),

        // A hold is confirmed by whoever is asked, not by its holder.
        new("ConfirmAnywhere",
            new PlantEdit("Escrow/ReservationIndex.cs", "if (!_reservations.TryGetValue(key, out var live)) return null;\n\n        // Along",
                "if (!_reservations.TryGetValue(key, out var live)) return null;\n        if (PLANTED) return Array.Find(live, c => c.Record.State == ReservationState.Taken) ?? live[0];\n\n        // Along"),
            new PlantEdit("Escrow/ReservationIndex.cs", "public bool IsEffective(Reservation reservation) => IsWithinCut(reservation)", "public bool IsEffective(Reservation reservation) => PLANTED || IsWithinCut(reservation)"),
            new PlantEdit("Escrow/ReservationAuthority.cs", "if (!IsOurs(first)) return;", "if (!IsOurs(first) && !(PLANTED && asker == self && request.Verb == ReservationVerb.Confirm)) return;")),

        // No lost replica is ever reclaimed.
        new("NeverReclaim",
            new PlantEdit("Escrow/ConsensusAgenda.cs", "if (voices >= Math.Max(1, view.Quorum()) &&", "if (!PLANTED && voices >= Math.Max(1, view.Quorum()) &&")),

        // What a hold that waited binds may be returned by others, and comes back itself too.
        new("LendHeldReturns",
            new PlantEdit("Hosting/LocalState/BoundedCounterObject.cs", "if (waiter.IsHold) MarkDirty();", "if (waiter.IsHold && !PLANTED) MarkDirty();")),

        // What callers wait for in sum wraps around.
        new("WrapWaitingSum",
            new PlantEdit("Hosting/LocalState/RightsWaitQueue.cs", "Volatile.Write(ref _wanted, Units.Clamp(_sum));", "Volatile.Write(ref _wanted, PLANTED ? unchecked((long)_sum) : Units.Clamp(_sum));")),

        // A released hold can be spent at once, before its release is published.
        new("SpendReleasedAtOnce",
            new PlantEdit("Escrow/AccountBook.cs", "        _issued -= amount;\n        _limit -= amount;\n        _usable -= amount;\n",
                "        _issued -= amount;\n        if (PLANTED) return;\n        _limit -= amount;\n        _usable -= amount;\n")),

        // The proposer adopts the accepted value of the lowest ballot.
        new("AdoptLowestBallot",
            new PlantEdit(AccountConsensus, "(latest is null || record.Accepted > latest.Accepted)", "(latest is null || (PLANTED ? record.Accepted < latest.Accepted : record.Accepted > latest.Accepted))")),

        // An acceptor accepts a ballot below its promise.
        new("AcceptBelowPromise",
            new PlantEdit(AccountConsensus, "record.Proposed < Own.Promised ||", "(record.Proposed < Own.Promised && !PLANTED) ||")),

        // The successor of a closed account decides before it contains the decisions' cuts.
        new("StartWithoutCuts",
            new PlantEdit("Escrow/ReservationAuthority.cs", "(first == self || view.ContainsCuts())", "(first == self || PLANTED || view.ContainsCuts())")),

        // A majority counts voters whose process has ended.
        new("CountEndedVoters",
            new PlantEdit(AccountConsensus, "&& !view.IsEnded(voter)) yield return record;", "&& (PLANTED || !view.IsEnded(voter))) yield return record;")),

        // Acknowledgments of voters that are ahead count for this replica's voters.
        new("CountVotersAhead",
            new PlantEdit("Escrow/EscrowView.cs", "|| record.Slot > Slot) continue;", "|| (record.Slot > Slot && !PLANTED)) continue;")),
    ];
}
