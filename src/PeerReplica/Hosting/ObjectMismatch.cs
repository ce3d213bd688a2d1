using System.Globalization;
using PeerReplica.Crdts;
using PeerReplica.Replication;
using PeerReplica.Wire;

namespace PeerReplica.Hosting;

/// <summary>What is said of an object that instances register differently: what each registered, the outcome, the remedy.</summary>
internal static class ObjectMismatch
{
    private const int MaxPeers = 8;

    private const string Remedy = "Deploy one version of the app to all instances, or give the object of the new version another name.";

    /// <summary>How many units the cluster granted at first, if not as many as the registration here says; null when they are as many, or none yet.</summary>
    public static long? Granted(ReplicaCore core, EscrowObject escrow)
    {
        var wish = escrow.Port.InitialGrant;
        if (core.Escrow.View.InitialGrantOf(wish.Object) is not { } initialGrant) return null;
        var (down, up) = (0L, 0L);
        foreach (var share in initialGrant.Shares) (down, up) = (down + share.Down, up + share.Up);
        return down == wish.Down && up == wish.Up ? null : down;
    }

    public static (string Message, string Remedy) Describe(EscrowObject escrow, long granted) =>
        ($"'{escrow.Identity.Name}' is registered here with {escrow.Port.InitialGrant.Down:N0} units; the cluster granted {granted:N0} when it was formed, and that counts. This registration is ignored.",
            "Use GrantAsync to add units, or restart the whole cluster to begin with the new capacity.");

    public static (string Message, string Remedy) Describe(DeclaredObject own, SortedList<ReplicaId, (string NodeName, DeclaredObject Theirs)> peers)
    {
        var others = string.Join("; ", peers.Values.Take(MaxPeers).Select(p => $"{What(p.Theirs)} at '{Printable(p.NodeName)}'"));
        if (peers.Count > MaxPeers) others += $"; and at {peers.Count - MaxPeers} more";
        return ($"'{own.Identity.Name}' is {What(own)} here, but {others}. {Outcome(own, peers.Values[0].Theirs)}", Remedy);
    }

    private static string Outcome(DeclaredObject own, DeclaredObject theirs)
    {
        if (own.Identity != theirs.Identity) return "They are two objects, which replicate separately: neither side sees what the other writes.";
        if (own.Identity.Kind is ObjectKind.BoundedCounter or ObjectKind.Pool)
            return "The first grant counts, which is that of the replica with the smallest id; the other registrations are ignored.";
        return "They are one object; each side keeps and passes on values of the other that it cannot read.";
    }

    private static string What(DeclaredObject declared)
    {
        var (kind, keys) = (declared.Identity.Kind, declared.Identity.KeyEncoding);
        var terms = declared.Terms;
        var text = Enum.IsDefined(kind) ? kind.ToString() : $"an object of kind {(int)kind}";
        if (kind == ObjectKind.BoundedCounter && terms.Length >= 2)
            return string.Create(CultureInfo.InvariantCulture, $"{text} (capacity {terms[0]}, floor {terms[1]}, {(terms.Length > 2 ? $"ceiling {terms[2]}" : "no ceiling")})");
        if (kind == ObjectKind.Pool && terms.Length >= 2)
            return string.Create(CultureInfo.InvariantCulture, $"{text} ({terms[0]} items with hash {terms[1]:x16})");
        if (kind is ObjectKind.Map or ObjectKind.Set && keys.Length > 0) text += $" (keys: {Printable(keys)}{(kind == ObjectKind.Map ? $", values: {Printable(declared.ValueEncoding)}" : "")})";
        else if (declared.ValueEncoding.Length > 0 && kind != ObjectKind.Flag) text += $" (values: {Printable(declared.ValueEncoding)})";
        return text;
    }

    /// <summary>A text of a peer's for the log: short, and without control characters.</summary>
    private static string Printable(string text) =>
        string.Concat((text.Length <= 64 ? text : text[..64] + "...").Select(c => char.IsControl(c) ? '?' : c));
}
