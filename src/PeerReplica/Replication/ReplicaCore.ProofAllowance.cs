namespace PeerReplica.Replication;

/// <summary>
/// How many signatures a peer makes this replica verify: what it passes on beyond that is held back and offered again, and what was verified
/// is known then. No limit before the first synchronization, which needs all that there is.
/// </summary>
internal sealed partial class ReplicaCore
{
    public const int ProofsPerSecond = 512;
    public const int ProofBurst = 4_096;

    private long _verifiedBefore;

    private void AllowProofs(Link link)
    {
        if (Store.Proofs is not { } proofs) return;
        _verifiedBefore = proofs.Verified;
        proofs.Allowance = !IsSynced ? int.MaxValue : link.Proofs.HasTokens(_now) ? ProofBurst : 0;
    }

    private void CountProofs(Link link)
    {
        if (Store.Proofs is not { } proofs) return;
        if (IsSynced) link.Proofs.Take((int)(proofs.Verified - _verifiedBefore), _now);
        proofs.Allowance = int.MaxValue;
    }

    private void ReportUnproven(Link link, ReplicaId origin) => Outputs.HeldBack(link, LinkVerdict.Malformed,
        $"it passes on changes of '{NameOf(origin)}' without the signature of '{NameOf(origin)}', or with a false one. They are held back until " +
        $"'{NameOf(origin)}' or another peer brings them. If the peer is of an earlier version, upgrade it; otherwise look into it");
}
