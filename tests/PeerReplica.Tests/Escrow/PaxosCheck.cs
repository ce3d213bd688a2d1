using PeerReplica.Escrow;

namespace PeerReplica.Tests.Escrow;

/// <summary>The rules of Paxos (Lamport, 2001), judged from the records of a voter before and after one step.</summary>
internal static class PaxosCheck
{
    /// <summary>Whether those who accepted what a voter found decided are enough, and alive; null when they are.</summary>
    public static string? FindDecided(ReplicaId voter, CouncilRecord own, EscrowView view)
    {
        var accepted = view.Voters.Count(id => !view.IsEnded(id) && (id == voter ? own : view.CouncilOf(id)) is { } record
            && record.Formation == own.Formation && record.Slot == own.Slot && record.Accepted == own.Proposed);
        return accepted >= view.Quorum() ? null : $"{voter} found {own.Proposed} decided by {accepted} living voters of {view.Quorum()} that it takes";
    }

    /// <summary>Returns the rule that was broken, or null.</summary>
    public static string? Find(ReplicaId voter, CouncilRecord before, CouncilRecord after, EscrowView view)
    {
        if (before.Formation != after.Formation || before.Slot != after.Slot) return null;
        if (after.Promised < before.Promised) return $"{voter} fell below its promise: {before.Promised}, then {after.Promised}";
        if (after.Accepted != before.Accepted && after.Accepted < before.Promised) return $"{voter} accepted {after.Accepted} below its promise {before.Promised}";
        if (after.Proposed == before.Proposed) return null;
        CouncilRecord? highest = null;
        foreach (var id in view.Voters)
        {
            var record = id == voter ? after : view.CouncilOf(id);
            if (record is null || record.Formation != after.Formation || record.Slot != after.Slot || record.Promised != after.Proposed || view.IsEnded(id)) continue;
            if (record.AcceptedValue is not null && (highest is null || record.Accepted > highest.Accepted)) highest = record;
        }

        return highest is null || highest.AcceptedValue!.Equals(after.ProposedValue) ? null : $"{voter} proposed another value than the one accepted at {highest.Accepted}";
    }
}
