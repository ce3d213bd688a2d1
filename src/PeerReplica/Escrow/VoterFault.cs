namespace PeerReplica.Escrow;

/// <summary>What no honest voter says after what it has said before. Two records of one voter that differ so are proof that it lies.</summary>
internal static class VoterFault
{
    /// <summary>What is wrong with a voter's record after an earlier one; null when nothing is.</summary>
    public static string? Find(ConsensusRecord before, ConsensusRecord after)
    {
        if (before.BootstrapId != after.BootstrapId) return null;
        if (after.Slot < before.Slot) return $"it went back from decision {before.Slot} to {after.Slot}";
        if (after.Slot > before.Slot) return null;
        if (after.Promised < before.Promised) return $"it promised {before.Promised}, and then {after.Promised}";
        if (after.Accepted < before.Accepted) return $"it accepted {before.Accepted}, and then {after.Accepted}";
        if (after.Accepted == before.Accepted && !SameValue(before.AcceptedValue, after.AcceptedValue)) return $"it accepted two values under {after.Accepted}";
        if (after.Accepted > before.Accepted && after.Accepted < before.Promised) return $"it accepted {after.Accepted} although it had promised {before.Promised}";
        if (after.Proposed == before.Proposed && !SameValue(before.ProposedValue, after.ProposedValue)) return $"it proposed two values under {after.Proposed}";
        foreach (var echo in before.Echoes)
        {
            foreach (var other in after.Echoes)
            {
                if (other.Ballot == echo.Ballot && other.Value != echo.Value) return $"it echoed two values under {echo.Ballot}";
                if (other.Value == echo.Value && other.Ballot < echo.Ballot) return $"it echoed a value under {echo.Ballot}, and then under {other.Ballot}";
            }
        }

        return null;
    }

    private static bool SameValue(Decision? before, Decision? after) =>
        before is null || after is null ? before is null && after is null : DecisionDigest.Same(before, after);
}
