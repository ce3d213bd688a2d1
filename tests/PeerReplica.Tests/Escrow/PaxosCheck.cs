using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>The rules of Paxos (Lamport, 2001), judged from the records of a voter before and after one step.</summary>
internal static class PaxosCheck
{
    /// <summary>Whether those who accepted what a voter found decided are enough, and alive; null when they are.</summary>
    public static string? FindDecided(ReplicaId voter, ConsensusRecord own, EscrowView view)
    {
        var accepted = view.Voters.Count(id => !view.IsEnded(id) && (id == voter ? own : view.ConsensusRecordOf(id)) is { } record
            && record.BootstrapId == own.BootstrapId && record.Slot == own.Slot && record.Accepted == own.Proposed);
        return accepted >= view.Quorum() ? null : $"{voter} found {own.Proposed} decided by {accepted} living voters of {view.Quorum()} that it takes";
    }

    /// <summary>Returns the rule that was broken, or null.</summary>
    public static string? Find(ReplicaId voter, ConsensusRecord before, ConsensusRecord after, EscrowView view)
    {
        if (before.BootstrapId != after.BootstrapId || before.Slot != after.Slot) return null;
        if (after.Promised < before.Promised) return $"{voter} fell below its promise: {before.Promised}, then {after.Promised}";
        if (after.Accepted != before.Accepted && after.Accepted < before.Promised) return $"{voter} accepted {after.Accepted} below its promise {before.Promised}";
        if (after.Proposed == before.Proposed) return null;
        ConsensusRecord? highest = null;
        foreach (var id in view.Voters)
        {
            var record = id == voter ? after : view.ConsensusRecordOf(id);
            if (record is null || record.BootstrapId != after.BootstrapId || record.Slot != after.Slot || record.Promised != after.Proposed || view.IsEnded(id)) continue;
            if (record.AcceptedValue is not null && (highest is null || record.Accepted > highest.Accepted)) highest = record;
        }

        return highest is null || highest.AcceptedValue!.Equals(after.ProposedValue) ? null : $"{voter} proposed another value than the one accepted at {highest.Accepted}";
    }
}
