using System.Security.Cryptography;

namespace TicketCounter;

/// <summary>The secret that all agents share.</summary>
internal static class ClusterSecret
{
    public const string Variable = "TICKETS_SECRET";
    public const string FileVariable = "TICKETS_SECRET_FILE";

    /// <summary>As the environment says: the secret, or a file that the first agent writes; null when it says neither.</summary>
    public static string? FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } secret) return secret;
        return Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } path ? ReadOrCreate(path) : null;
    }

    /// <summary>256 random bits.</summary>
    public static string New() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Reads the file; whoever finds none writes it, whole or not at all, and of several only the first.</summary>
    private static string ReadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            var own = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}";
            File.WriteAllText(own, New());
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(own, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            try
            {
                File.Move(own, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(own);
            }
        }

        return File.ReadAllText(path);
    }
}
