using System.Globalization;

namespace PeerReplica.Hosting;

/// <summary>Every option: how configuration sets it, its bounds if it is a number, and how the log shows it.</summary>
internal static class Settings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        Text(nameof(PeerReplicaOptions.ClusterName), (o, v) => o.ClusterName = v, o => o.ClusterName),
        Text(nameof(PeerReplicaOptions.NodeName), (o, v) => o.NodeName = v, o => o.NodeName),
        Text(nameof(PeerReplicaOptions.Listen), (o, v) => o.Listen = v, o => o.Listen),
        Text(nameof(PeerReplicaOptions.Advertise), (o, v) => o.Advertise = v, o => o.Advertise),
        new(nameof(PeerReplicaOptions.Seeds), SettingKind.List, (o, v) => o.Seeds.Add((string)v), o => o.Seeds.Count == 0 ? null : string.Join(",", o.Seeds)),
        Text(nameof(PeerReplicaOptions.SharedSecret), (o, v) => o.SharedSecret = v, o => o.SharedSecret is null ? null : "(set)") with { IsSecret = true },
        new(nameof(PeerReplicaOptions.PreviousSharedSecrets), SettingKind.List, (o, v) => o.PreviousSharedSecrets.Add((string)v), o => o.PreviousSharedSecrets.Count == 0 ? null : "(set)") { IsSecret = true },
        Text(nameof(PeerReplicaOptions.CertificateFile), (o, v) => o.CertificateFile = v, o => o.CertificateFile),
        Text(nameof(PeerReplicaOptions.CertificateKeyFile), (o, v) => o.CertificateKeyFile = v, o => o.CertificateKeyFile),
        Text(nameof(PeerReplicaOptions.CertificatePassword), (o, v) => o.CertificatePassword = v, o => o.CertificatePassword is null ? null : "(set)") with { IsSecret = true },
        Text(nameof(PeerReplicaOptions.CertificateThumbprint), (o, v) => o.CertificateThumbprint = v, o => o.CertificateThumbprint),
        Text(nameof(PeerReplicaOptions.TrustedAuthoritiesFile), (o, v) => o.TrustedAuthoritiesFile = v, o => o.TrustedAuthoritiesFile),
        new(nameof(PeerReplicaOptions.AllowedNodes), SettingKind.List, (o, v) => o.AllowedNodes.Add((string)v), o => o.AllowedNodes.Count == 0 ? null : string.Join(",", o.AllowedNodes)),
        new(nameof(PeerReplicaOptions.Operators), SettingKind.List, (o, v) => o.Operators.Add((string)v), o => o.Operators.Count == 0 ? null : string.Join(",", o.Operators)),
        Text(nameof(PeerReplicaOptions.DeniedPeersFile), (o, v) => o.DeniedPeersFile = v, o => o.DeniedPeersFile),
        Duration(nameof(PeerReplicaOptions.CertificateReloadInterval), (o, v) => o.CertificateReloadInterval = v, o => o.CertificateReloadInterval),
        Duration(nameof(PeerReplicaOptions.MaxLinkAge), (o, v) => o.MaxLinkAge = v, o => o.MaxLinkAge),
        new(nameof(PeerReplicaOptions.AllowedAddresses), SettingKind.List, (o, v) => o.AllowedAddresses.Add((string)v),
            o => o.AllowedAddresses.Count == 0 ? null : string.Join(",", o.AllowedAddresses)),
        new(nameof(PeerReplicaOptions.MayBeFirst), SettingKind.Switch, (o, v) => o.MayBeFirst = (bool)v, o => o.MayBeFirst ? "true" : "false"),
        new(nameof(PeerReplicaOptions.AllowUnauthenticated), SettingKind.Switch, (o, v) => o.AllowUnauthenticated = (bool)v, o => o.AllowUnauthenticated ? "true" : "false"),
        Number(nameof(PeerReplicaOptions.ExpectedReplicas), 0, 64, (o, v) => o.ExpectedReplicas = (int)v, o => o.ExpectedReplicas),
        Duration(nameof(PeerReplicaOptions.BroadcastInterval), (o, v) => o.BroadcastInterval = v, o => o.BroadcastInterval),
        Size(nameof(PeerReplicaOptions.MaxBytesPerSecondPerPeer), 16 << 10, 10L << 30, (o, v) => o.MaxBytesPerSecondPerPeer = v, o => o.MaxBytesPerSecondPerPeer),
        Duration(nameof(PeerReplicaOptions.HeartbeatInterval), (o, v) => o.HeartbeatInterval = v, o => o.HeartbeatInterval),
        Duration(nameof(PeerReplicaOptions.PeerTimeout), (o, v) => o.PeerTimeout = v, o => o.PeerTimeout),
        Duration(nameof(PeerReplicaOptions.ForgetAfter), (o, v) => o.ForgetAfter = v, o => o.ForgetAfter),
        Duration(nameof(PeerReplicaOptions.RelayAfter), (o, v) => o.RelayAfter = v, o => o.RelayAfter),
        Duration(nameof(PeerReplicaOptions.SeedTimeout), (o, v) => o.SeedTimeout = v, o => o.SeedTimeout),
        Duration(nameof(PeerReplicaOptions.ConcernTimeout), (o, v) => o.ConcernTimeout = v, o => o.ConcernTimeout),
        Duration(nameof(PeerReplicaOptions.DrainTimeout), (o, v) => o.DrainTimeout = v, o => o.DrainTimeout),
        Duration(nameof(PeerReplicaOptions.MaxClockSkew), (o, v) => o.MaxClockSkew = v, o => o.MaxClockSkew),
        Size(nameof(PeerReplicaOptions.MaxKeyBytes), 16, 65_536, (o, v) => o.MaxKeyBytes = (int)v, o => o.MaxKeyBytes),
        Size(nameof(PeerReplicaOptions.MaxValueBytes), 16, 256 << 20, (o, v) => o.MaxValueBytes = (int)v, o => o.MaxValueBytes),
        Size(nameof(PeerReplicaOptions.MaxFrameBytes), 4 << 10, 16 << 20, (o, v) => o.MaxFrameBytes = (int)v, o => o.MaxFrameBytes),
        Size(nameof(PeerReplicaOptions.MaxStagedBytes), 1 << 20, 64L << 30, (o, v) => o.MaxStagedBytes = v,
            o => o.MaxStagedBytes),
        Number(nameof(PeerReplicaOptions.WatchCapacity), 16, 1_000_000, (o, v) => o.WatchCapacity = (int)v, o => o.WatchCapacity),
    ];

    /// <summary>Finds a setting as configuration does: without regard to case.</summary>
    public static Setting? Find(string name) => All.FirstOrDefault(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>All options with their values in one line; a secret is only said to be set.</summary>
    public static string Describe(PeerReplicaOptions options) => string.Join(", ", All.Select(s => $"{s.Name}={s.Get(options) ?? "(none)"}"));

    /// <summary>The setting that was probably meant by a name that there is not.</summary>
    public static string? Closest(string name)
    {
        var best = All.MinBy(s => Distance(name, s.Name))!;
        if (Distance(name, best.Name) <= Math.Max(2, name.Length / 3)) return best.Name;
        return name.Length < 4 ? null : All.FirstOrDefault(s => s.Name.Contains(name, StringComparison.OrdinalIgnoreCase) || name.Contains(s.Name, StringComparison.OrdinalIgnoreCase))?.Name;
    }

    /// <summary>The Levenshtein distance, without regard to case.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }

    private static Setting Text(string name, Action<PeerReplicaOptions, string> set, Func<PeerReplicaOptions, string?> get) =>
        new(name, SettingKind.Text, (o, v) => set(o, (string)v), get);

    private static Setting Duration(string name, Action<PeerReplicaOptions, TimeSpan> set, Func<PeerReplicaOptions, TimeSpan> get) =>
        new(name, SettingKind.Duration, (o, v) => set(o, (TimeSpan)v), o => get(o).ToString("c", CultureInfo.InvariantCulture));

    private static Setting Number(string name, long least, long most, Action<PeerReplicaOptions, long> set, Func<PeerReplicaOptions, long> get) =>
        new(name, SettingKind.Number, (o, v) => set(o, (long)v), o => get(o).ToString(CultureInfo.InvariantCulture)) { Range = (least, most) };

    private static Setting Size(string name, long least, long most, Action<PeerReplicaOptions, long> set, Func<PeerReplicaOptions, long> get) =>
        Number(name, least, most, set, get) with { Kind = SettingKind.Size };
}
