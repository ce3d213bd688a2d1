using System.Diagnostics;
using System.IO.Compression;

namespace PeerReplica.SlowTests.Repository;

/// <summary>The packages as their users get them.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("peerreplica-package-").FullName;

    [Fact]
    public void A_packed_package_restores_from_a_folder_into_an_app_that_runs()
    {
        var packages = Path.Combine(_folder, "packages");
        Dotnet(SourceTree.Root, "pack", SourceTree.PathOf("src", "PeerReplica", "PeerReplica.csproj"), "-c", "Release", "-o", packages, "-p:ContinuousIntegrationBuild=true",
            "-p:RepositoryUrl=https://example.com/peerreplica.git", "-p:DocumentationUrl=https://example.com/main");
        var package = Assert.Single(Directory.GetFiles(packages, "PeerReplica.*.nupkg"));
        Assert.Single(Directory.GetFiles(packages, "PeerReplica.*.snupkg"));
        using (var zip = ZipFile.OpenRead(package))
        {
            using var readme = new StreamReader(zip.GetEntry("README.md")!.Open());
            var page = readme.ReadToEnd();
            Assert.Contains("](https://example.com/main/docs/getting-started.md)", page, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"\]\((?!https?://|#)", page);
            Assert.NotNull(zip.GetEntry("lib/net10.0/PeerReplica.xml"));
            Assert.NotNull(zip.GetEntry("icon.png"));
            using var nuspec = new StreamReader(zip.GetEntry("PeerReplica.nuspec")!.Open());
            var description = nuspec.ReadToEnd();
            Assert.All(
                ["<icon>icon.png</icon>", "<readme>README.md</readme>", "<tags>", "url=\"https://example.com/peerreplica.git\""],
                part => Assert.Contains(part, description, StringComparison.Ordinal));
        }

        var app = Path.Combine(_folder, "app");
        Directory.CreateDirectory(app);
        var version = Path.GetFileNameWithoutExtension(package)["PeerReplica.".Length..];
        File.WriteAllText(Path.Combine(app, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreAdditionalProjectSources>{packages}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{Path.Combine(_folder, "cache")}</RestorePackagesPath>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="PeerReplica" Version="{version}" />
                <PackageReference Include="Microsoft.Extensions.DependencyInjection" Version="10.0.14" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(app, "Program.cs"), """
            using Microsoft.Extensions.DependencyInjection;
            using Microsoft.Extensions.Hosting;
            using PeerReplica;

            var services = new ServiceCollection();
            services.AddPeerReplica(o => o.Listen = "127.0.0.1:0").AddCounter("visits");
            await using var provider = services.BuildServiceProvider();
            foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
            var visits = provider.GetRequiredKeyedService<ICounter>("visits");
            visits.Add(42);
            Console.WriteLine($"visits: {visits.Value}");
            """);
        Assert.Contains("visits: 42", Dotnet(app, "run"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_web_package_restores_from_a_folder_with_the_library_into_a_web_app_that_runs()
    {
        var packages = Path.Combine(_folder, "packages");
        foreach (var project in new[] { "PeerReplica", "PeerReplica.AspNetCore" })
            Dotnet(SourceTree.Root, "pack", SourceTree.PathOf("src", project, $"{project}.csproj"), "-c", "Release", "-o", packages, "-p:ContinuousIntegrationBuild=true");
        var package = Assert.Single(Directory.GetFiles(packages, "PeerReplica.AspNetCore.*.nupkg"));
        using (var zip = ZipFile.OpenRead(package))
        {
            Assert.NotNull(zip.GetEntry("README.md"));
            Assert.NotNull(zip.GetEntry("lib/net10.0/PeerReplica.AspNetCore.xml"));
            Assert.NotNull(zip.GetEntry("icon.png"));
        }

        var app = Path.Combine(_folder, "app");
        Directory.CreateDirectory(app);
        File.WriteAllText(Path.Combine(app, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RestoreAdditionalProjectSources>{packages}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{Path.Combine(_folder, "cache")}</RestorePackagesPath>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="PeerReplica.AspNetCore" Version="{Path.GetFileNameWithoutExtension(package)["PeerReplica.AspNetCore.".Length..]}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(app, "Program.cs"), """
            using Microsoft.AspNetCore.DataProtection;
            using Microsoft.Extensions.Caching.Distributed;

            var builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0", "--PeerReplica:Listen", "127.0.0.1:0"]);
            builder.AddPeerReplica().WaitForSync();
            builder.Services.AddPeerReplicaDistributedCache().AddPeerReplicaOutputCache().AddPeerReplicaSession();
            builder.Services.AddDataProtection().PersistKeysToPeerReplica();
            builder.Services.AddHealthChecks().AddPeerReplica();
            await using var app = builder.Build();
            app.UseSession();
            app.MapHealthChecks("/ready", new() { Predicate = c => c.Tags.Contains("ready") });
            await app.StartAsync();
            var cache = app.Services.GetRequiredService<IDistributedCache>();
            await cache.SetStringAsync("key", "cached");
            using var client = new HttpClient();
            Console.WriteLine($"{await client.GetStringAsync(app.Urls.First() + "/ready")}: {await cache.GetStringAsync("key")}");
            """);
        Assert.Contains("Healthy: cached", Dotnet(app, "run"), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);

        // What the surrounding build set must not reach the app's.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray()) start.Environment.Remove(name);

        // Build servers would outlive the command, and keep its output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}:\n{output}\n{errors.Result}");
        return output;
    }
}
