// STAPLE by ITK on two raw label arrays given as files of bytes: argv = nx ny nz label file...
#include "itkImage.h"
#include "itkSTAPLEImageFilter.h"
#include "itkMultiLabelSTAPLEImageFilter.h"
#include "itkLabelVotingImageFilter.h"
#include "itkVersion.h"
#include <cstdio>
#include <vector>
int main(int argc, char ** argv)
{
  using Mask = itk::Image<unsigned char, 3>;
  Mask::SizeType size;
  for (int a = 0; a < 3; a++) size[a] = std::atoi(argv[1 + a]);
  const int label = std::atoi(argv[4]);
  std::vector<Mask::Pointer> masks;
  for (int n = 5; n < argc; n++)
  {
    auto mask = Mask::New();
    mask->SetRegions(size);
    mask->Allocate();
    FILE * file = std::fopen(argv[n], "rb");
    const size_t count = size[0] * size[1] * size[2];
    if (!file || std::fread(mask->GetBufferPointer(), 1, count, file) != count) return 1;
    std::fclose(file);
    masks.push_back(mask);
  }
  const size_t voxels = size[0] * size[1] * size[2];
  if (label > 0)
  {
    using Prob = itk::Image<double, 3>;
    auto filter = itk::STAPLEImageFilter<Mask, Prob>::New();
    for (size_t n = 0; n < masks.size(); n++) filter->SetInput(n, masks[n]);
    filter->SetForegroundValue(label);
    filter->Update();
    std::printf("{\"itk\":\"%s\",\"iterations\":%u,\"raters\":[", itk::Version::GetITKVersion(), filter->GetElapsedIterations());
    for (size_t n = 0; n < masks.size(); n++)
      std::printf("%s{\"sensitivity\":%.17g,\"specificity\":%.17g}", n ? "," : "", filter->GetSensitivity(n), filter->GetSpecificity(n));
    double sum = 0; size_t likely = 0;
    const double * p = filter->GetOutput()->GetBufferPointer();
    for (size_t at = 0; at < voxels; at++) { sum += p[at]; likely += p[at] >= 0.5; }
    std::printf("],\"sumOfProbabilities\":%.17g,\"likelyVoxels\":%zu}\n", sum, likely);
  }
  else
  {
    auto filter = itk::MultiLabelSTAPLEImageFilter<Mask, Mask, double>::New();
    for (size_t n = 0; n < masks.size(); n++) filter->SetInput(n, masks[n]);
    filter->SetLabelForUndecidedPixels(255);
    filter->Update();
    std::vector<size_t> counts(256, 0);
    for (size_t at = 0; at < voxels; at++) counts[filter->GetOutput()->GetBufferPointer()[at]]++;
    std::printf("{\"itk\":\"%s\",\"voxels\":{", itk::Version::GetITKVersion());
    bool first = true;
    for (int l = 0; l < 256; l++) if (counts[l]) { std::printf("%s\"%d\":%zu", first ? "" : ",", l, counts[l]); first = false; }
    std::printf("},\"confusion\":[");
    for (size_t n = 0; n < masks.size(); n++)
    {
      const auto & m = filter->GetConfusionMatrix(n);
      std::printf("%s[", n ? "," : "");
      for (unsigned r = 0; r < m.rows() - 1; r++)
      {
        std::printf("%s[", r ? "," : "");
        for (unsigned c = 0; c < m.cols(); c++) std::printf("%s%.17g", c ? "," : "", m[r][c]);
        std::printf("]");
      }
      std::printf("]");
    }
    auto voting = itk::LabelVotingImageFilter<Mask, Mask>::New();
    for (size_t n = 0; n < masks.size(); n++) voting->SetInput(n, masks[n]);
    voting->SetLabelForUndecidedPixels(255);
    voting->Update();
    size_t undecided = 0;
    for (size_t at = 0; at < voxels; at++) undecided += voting->GetOutput()->GetBufferPointer()[at] == 255;
    std::printf("],\"votingUndecided\":%zu}\n", undecided);
  }
  return 0;
}
